"""What an import adds to a day that is there."""

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.reflections.imports.joining.rules import JoinedContent, Joining, NotePart
from leaderjournal.reflections.rules import Answer, DayContent

KEYS = ("lead-from-front", "let-go")
NAMES = {"lead-from-front": "Lead from the front", "let-go": "Let go"}

texts = st.sampled_from(["", "one", "two", "one\n\ntwo", "One", "on", "three words here", "  two "])
answers = st.builds(
    Answer,
    st.sampled_from(KEYS),
    st.none(),
    st.none(),
    st.sampled_from([None, 1, 5]),
    texts,
)
contents = st.builds(
    DayContent,
    st.lists(answers, max_size=2, unique_by=lambda answer: answer.key).map(tuple),
    texts,
    texts,
)


def join(stored, found, **rest):
    return Joining(NAMES, 20_000).join(stored, found, **rest)


@given(contents, contents)
def test_nothing_stored_is_lost_and_a_second_import_adds_nothing(stored, found):
    joined = join(stored, found).content
    assert joined.note.startswith(stored.note.rstrip())
    assert joined.commitment.startswith(stored.commitment.rstrip())
    for answer in stored.answers:
        if answer.is_answered:
            after = joined.get_answer(answer.key)
            assert after.text.startswith(answer.text.rstrip())
            assert answer.score in {None, after.score}
    assert join(joined, found).content == joined


@given(contents, contents)
def test_every_text_of_the_file_is_in_the_day(stored, found):
    result = join(stored, found)
    joined = result.content
    assert found.note.strip() in joined.note
    is_named = any("commitment" in why for why in result.left_out)
    assert is_named or found.commitment.strip() in joined.commitment
    for answer in found.answers:
        assert answer.text.strip() in joined.get_answer(answer.key).text


@given(contents, contents)
def test_what_an_earlier_version_has_does_not_come_back(stored, found):
    joined = join(stored, found, earlier=[found])
    assert joined.left_out == ()
    assert (joined.content.note, joined.content.commitment) == (stored.note, stored.commitment)
    for answer in found.answers:
        assert joined.content.get_answer(answer.key).text == stored.get_answer(answer.key).text


@given(contents)
def test_same_day_changes_nothing_not_even_an_answer_without_words(stored):
    assert join(stored, stored) == JoinedContent(stored)


def test_each_entry_of_a_note_is_new_by_itself():
    stored, found = DayContent(note="one"), DayContent(note="one\n\ntwo")
    one, two = NotePart("one"), NotePart("two")
    assert join(stored, found, parts=(one, two)).content.note == "one\n\ntwo"
    assert join(stored, found, parts=(two, one)).content.note == "one\n\ntwo"


def test_entry_whose_tags_have_changed_is_no_new_one():
    words = "I let Jonas decide, kept quiet until asked, and said so."
    stored = DayContent(note=f"Before.\n\n{words}\nTags: work\n\nAfter.")
    for text in (words, f"{words}\nTags: work, team"):
        part = NotePart(text, words)
        assert join(stored, DayContent(note=text), parts=(part,)).content == stored
    longer = NotePart(f"{words} And then?", f"{words} And then?")
    assert join(stored, DayContent(note=longer.text), parts=(longer,)).content != stored


def test_entry_that_has_grown_by_lines_takes_the_place_of_what_it_was():
    stored = DayContent(note="Before.\n\nMorning.\n\nAfter.")
    for grown in ("Morning.\nEvening.", "Morning.\n\nEvening.\nNight."):
        joined = join(stored, DayContent(note=grown), parts=(NotePart(grown),)).content
        assert joined.note == f"Before.\n\n{grown}\n\nAfter."
    lines = DayContent(note="Before.\n\nMorning.")
    grown = "Morning.\nNoon.\n\nEvening."
    joined = join(lines, DayContent(note=grown), parts=(NotePart(grown),)).content
    assert joined.note == f"Before.\n\n{grown}"
    parts = (NotePart("Morning."), NotePart("Morning.\nEvening."))
    joined = join(stored, DayContent(note="x"), parts=parts).content
    assert joined.note == "Before.\n\nMorning.\n\nAfter.\n\nMorning.\nEvening."


def test_short_entry_that_begins_like_another_is_new():
    stored = DayContent(note="Good day\nwith Mira.")
    part = NotePart("Good day", "Good day")
    joined = join(stored, DayContent(note="Good day"), parts=(part,)).content
    assert joined.note == "Good day\nwith Mira.\n\nGood day"


def test_score_is_taken_only_where_there_is_none():
    words = DayContent((Answer("let-go", text="Stood aside."),))
    scored = DayContent((Answer("let-go", "step-aside", None, 4),))
    assert join(words, scored) == JoinedContent(
        DayContent((Answer("let-go", "step-aside", None, 4, "Stood aside."),))
    )
    other = DayContent((Answer("let-go", None, None, 2),))
    assert join(other, scored).content.get_answer("let-go").score == 2
    assert join(other, scored).left_out == ("Let go has the score 2 already; 4 stays out.",)
    assert join(other, scored, earlier=[scored]).left_out == ()


def test_text_that_would_be_too_long_is_left_out_and_named():
    joined = join(DayContent(note="a" * 19_990), DayContent(note="b" * 20))
    assert joined.content.note == "a" * 19_990
    [why] = joined.left_out
    assert "20,000" in why


def test_beginning_of_a_text_that_does_not_fit_is_added_once():
    stored = DayContent((), "mine " * 1_000)
    text = "\n\n".join(f"Paragraph {number} of a long letter." for number in range(700))
    part = NotePart(text)
    joined = join(stored, DayContent((), text), parts=(part,))
    room = 20_000 - 4_999 - 2
    added = joined.content.note.removeprefix(stored.note.rstrip() + "\n\n")
    assert text.startswith(added)
    assert room - 60 < len(added) <= room
    [why] = joined.left_out
    assert f"{len(text) - len(added):,} of {len(text):,} characters stay out." in why
    again = join(joined.content, DayContent((), text), parts=(part,))
    assert again == JoinedContent(joined.content, joined.left_out)


def test_grown_text_that_does_not_fit_takes_the_room_there_is():
    short = "\n".join(f"Line {number} of the morning." for number in range(100))
    long = "\n".join(f"Line {number} of the morning." for number in range(900))
    stored = DayContent((), f"Before.\n\n{short}\n\nAfter.")
    joined = join(stored, DayContent((), long), parts=(NotePart(long),)).content
    assert joined.note.startswith(f"Before.\n\n{short}\nLine 100")
    assert joined.note.endswith("of the morning.\n\nAfter.")
    assert 19_900 < len(joined.note) <= 20_000
    again = join(joined, DayContent((), long), parts=(NotePart(long),))
    assert again.content == joined


def test_entries_that_are_the_same_are_counted():
    part = NotePart("good: work")
    once = join(DayContent((), "mine"), DayContent((), ""), parts=(part,)).content
    assert once.note == "mine\n\ngood: work"
    twice = join(once, DayContent((), ""), parts=(part, part)).content
    assert twice.note == "mine\n\ngood: work\n\ngood: work"
    assert join(twice, DayContent((), ""), parts=(part, part)).content == twice
    emptied = DayContent((), "mine")
    assert join(emptied, DayContent((), ""), parts=(part,) * 2, earlier=[twice]).content == emptied


def test_blanks_at_the_ends_of_an_entry_do_not_double_it():
    parts = (NotePart("one  "), NotePart("\n  two\n"), NotePart("three"))
    stored = DayContent((), "\n\n".join(part.text for part in parts))
    assert join(stored, DayContent((), stored.note), parts=parts).content == stored


@given(
    st.lists(st.text("ab \n", min_size=1, max_size=12), max_size=4),
    st.lists(st.sampled_from(["a\n\nb", "word " * 90, "line\n" * 300, "x" * 700]), max_size=6),
)
def test_second_import_into_a_full_day_adds_nothing(notes, texts):
    parts = tuple(map(NotePart, texts))
    joining = Joining(NAMES, 1_000)
    stored = DayContent((), "\n\n".join(notes))
    first = joining.join(stored, DayContent(), parts=parts).content
    assert len(first.note) <= 1_000
    assert joining.join(first, DayContent(), parts=parts, earlier=[stored]).content == first
