"""What a search finds, and how a hit is shown in its sentence."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.reflections.rules import Answer, DayContent
from leaderjournal.reflections.search.rules import (
    SearchQuery,
    build_searchable_text,
    find_hits,
    fold,
    get_texts_by_field,
    parse_terms,
)
from leaderjournal.reflections.search.store import FIELDS

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)


def make_day(text="", note=""):
    return DayContent((Answer("let-go", score=4, text=text),), note=note)


def list_hits(day, query, **options):
    return find_hits(get_texts_by_field(day), query, **options)


def mark_pieces(hit):
    return "".join(f"[{p.text}]" if p.marked else p.text for p in hit.pieces)


def test_parse_terms_folds_case_and_keeps_quoted_phrases():
    assert parse_terms('Zoë "The  Big deal" straße') == ("zoe", "the big deal", "strasse")
    assert parse_terms("“my team” „saw it”") == ("my team", "saw it")
    assert parse_terms('a "b c') == ("a", "b", "c"), "a quote that does not close is none"
    assert parse_terms(' "" ') == ()


@given(TEXTS)
def test_fold_is_idempotent_and_ignores_unicode_form(text):
    assert fold(fold(text)) == fold(text)
    assert fold(unicodedata.normalize("NFC", text)) == fold(unicodedata.normalize("NFD", text))


@given(TEXTS, TEXTS, st.data())
def test_query_matches_every_word_and_phrase_of_a_day(text, note, data):
    day = build_searchable_text(make_day(text, note), FIELDS)
    assert len(day.split("\n")) == len(FIELDS)
    words = text.split()
    if words:
        start = data.draw(st.integers(0, len(words) - 1))
        end = data.draw(st.integers(start + 1, len(words)))
        phrase = " ".join(words[start:end]).replace('"', "")
        query = SearchQuery((fold(phrase),) if fold(phrase) else ())
        if '"' not in " ".join(words[start:end]):
            assert query.matches(day)
            assert SearchQuery(query.terms, line=FIELDS.index("let-go")).matches(day)


@given(TEXTS, st.data())
def test_matches_are_marked_and_pieces_make_up_the_text(text, data):
    words = [word for word in text.split() if fold(word) and '"' not in word]
    if not words:
        return
    query = SearchQuery((fold(data.draw(st.sampled_from(words))),))
    found = list(list_hits(make_day(text), query))
    assert found
    assert all(any(piece.marked for piece in hit.pieces) for hit in found)
    for hit in found:
        assert "".join(piece.text for piece in hit.pieces) in text


def test_hit_is_marked_in_its_sentence():
    text = "Sat with Zoë. The ZOE deal moved! Nothing else."
    found = [mark_pieces(hit) for hit in list_hits(make_day(text), SearchQuery(("zoe",)))]
    assert found == ["Sat with [Zoë].", "The [ZOE] deal moved!"]


def test_long_sentence_is_cut_around_the_hit():
    text = f"{'before ' * 100}needle {'after ' * 100}"
    [hit] = list_hits(make_day(text), SearchQuery(("needle",)))
    assert "[needle]" in mark_pieces(hit)
    assert hit.before
    assert hit.after
    assert len(mark_pieces(hit)) < 260


def test_person_matches_only_as_a_whole_name():
    day = build_searchable_text(make_day("Told Ana. Thanked @Ana’s team. Analysis."), FIELDS)
    assert SearchQuery(person="ana").matches(day)
    assert not SearchQuery(person="an").matches(day)
    assert not SearchQuery(person="thanked ana").matches(day)
    found = [
        mark_pieces(hit)
        for hit in list_hits(make_day("Told Ana. Analysis."), SearchQuery(person="ana"))
    ]
    assert found == ["Told [Ana]."]


def test_key_limits_the_search_to_its_answer():
    day = build_searchable_text(make_day("Stood aside.", note="needle"), FIELDS)
    assert SearchQuery(("needle",)).matches(day)
    assert not SearchQuery(("needle",), line=FIELDS.index("let-go")).matches(day)
    assert [
        hit.field for hit in list_hits(make_day("x", "x"), SearchQuery(("x",)), field="note")
    ] == ["note"]
