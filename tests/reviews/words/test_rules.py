"""Words that are used most, names that come up, and how length and score go together."""

import re
from collections import Counter
from datetime import date
from fractions import Fraction

import word_reference
from hypothesis import example, given
from hypothesis import strategies as st

from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.letters.folding.rules import list_marks
from leaderjournal.kernel.letters.names.rules import UNSPACED
from leaderjournal.practice import catalogue
from leaderjournal.reflections.rules import count_words as count_text_words
from leaderjournal.reviews.highlights.rules import Passage
from leaderjournal.reviews.words import rules
from leaderjournal.reviews.words.counting.rules import (
    WordCounts,
    WrittenText,
    count_words,
    normalize_all,
)
from leaderjournal.reviews.words.rules import (
    WordCount,
    compute_word_figures,
    list_names,
    measure_length_by_score,
)

WORDS = ("review", "deal", "Review", "forecast", "the", "was", "pipeline", "deals")
SAID = st.lists(st.sampled_from(WORDS)).map(" ".join)
TEAM = ("Anna", "Anna Berg", "J.K.", "Will", "Jo", "the boss", "Ada (HR)", "Sam Jr.", "İnci")
ODD_WORDS = (
    *("Anna", "anna", "Anna-Lena", "Berg", "Anna Berg", "J.K.", "Will", "will", "jo", "the boss"),
    *("Boss", "Ada (HR)", "Sam Jr.", "İnci", "@mira", "Mira", "mira’s", "@Ana's", "@@x", "a@b"),
    *("it's", "It’s", "IT'S", "boss's", "BOSS'S", "Résumé", "résumé", "RESUME", "resume", "straße"),
    *("STRASSE", "ΟΔΟΣ", "οδος", "Οδος", "ﷺ", "naïve", "x", "Xy", "3rd", "_Under", "co-worker’s"),
    *(
        "review",
        "Review",
        "deals",
        "will",
        "I",
        "HR",
        "Monday",
        "nobody",
        "and",
        "then",
        "Ǆ",
        "ﬁne",
    ),
)
GAPS = (*(" ", " ", " ", ". ", "? ", ", ", "\n", "  ", " – ", ": ", " (", ") ", "“", "” ", "…"),)
GAPS += ("*", "\t", "\u00a0", " " * 23, " " * 24, " " * 25, "\t \u2003" * 9, "!", "-", "'", "’s ")
UNLIKE_ENGLISH = re.compile(f"[\\r{UNSPACED}{list_marks()}]")
"""Letters that the slow rules know nothing of: with marks, and in scripts without spaces."""
odd_texts = st.one_of(
    st.lists(st.tuples(st.sampled_from(ODD_WORDS), st.sampled_from(GAPS)), max_size=40).map(
        lambda pieces: "".join(word + gap for word, gap in pieces)
    ),
    st.text(max_size=40).filter(lambda text: not UNLIKE_ENGLISH.search(text)),
    SAID,
)
answers = st.lists(
    st.tuples(
        st.sampled_from([*catalogue.KEY_SLUGS, None]),
        st.one_of(st.none(), st.integers(1, 5)),
        odd_texts,
    ),
    max_size=8,
)
teams = st.sets(st.sampled_from(TEAM), max_size=4)


def list_most_used(texts, most=8):
    counts = count_words([WrittenText(None, text) for text in texts])
    return rules.list_most_used(counts.used["note"], most=most)


def find_names(texts, team=()):
    return list_names(count_words([WrittenText(None, text) for text in texts], team))


def find_passages(given):
    day = LocalDate(date(2026, 11, 2))
    return [Passage(day, key, score, count_text_words(text)) for key, score, text in given]


def compute_figures(given, team=()):
    counts = count_words([WrittenText(key, text) for key, _, text in given], team)
    return compute_word_figures(counts, find_passages(given), catalogue.KEY_SLUGS)


@given(answers, teams)
@example([(None, None, "Ada (HR) came. Sam Jr. went. The boss saw Anna-Lena")], set(TEAM))
@example([("let-go", 3, "x" + " " * 24 + "Word and" + " " * 23 + "Other Word")], set())
def test_figures_are_those_of_looking_at_each_word_by_itself(given, team):
    expected = word_reference.compute_word_figures(
        [word_reference.WrittenText(*each) for each in given], catalogue.KEY_SLUGS, team=team
    )
    assert compute_figures(given, team) == expected
    names = word_reference.find_names([text for _, _, text in given], team)
    assert (
        list_names(count_words([WrittenText(key, text) for key, _, text in given], team)) == names
    )


@given(st.lists(answers, max_size=4), teams)
def test_counts_of_parts_add_up_to_those_of_the_whole(parts, team):
    whole = count_words([WrittenText(key, text) for part in parts for key, _, text in part], team)
    added = WordCounts()
    for number, part in enumerate(parts):
        texts = [WrittenText(key, text) for key, _, text in part]
        if number % 2:
            added.add_texts(texts, team)
        else:
            added.add_document(count_words(texts, team).to_document())
    assert added.to_document() == whole.to_document()


@given(st.lists(st.text(min_size=1, max_size=8).filter(lambda word: "\n" not in word), max_size=9))
def test_words_are_normalized_together_as_each_by_itself(words):
    assert normalize_all(words) == [word_reference.normalize(word) for word in words]


def test_text_of_line_ends_alone_is_counted_in_one_pass():
    # A pattern that tries each of them as the beginning of a sentence would take minutes.
    counts = count_words([WrittenText(None, "\n*" * 1_000_000 + "Ada")])
    assert (counts.words_within, dict(counts.capitals)) == (0, {"Ada": 1})


def test_practice_words_count_and_stop_words_do_not():
    texts = ["The call was good. I made the call and I did call for help.", "Help with the number."]
    assert list_most_used(texts) == (WordCount("call", 3), WordCount("help", 2))


def test_words_ignore_case_accents_and_possessives():
    texts = ["Résumé reviewed. The résumé’s length. RESUME again.", "My review; the review's end"]
    assert list_most_used(texts) == (WordCount("résumé", 3), WordCount("review", 2))


@given(st.lists(SAID))
def test_counts_of_days_match_a_plain_count(texts):
    counted = Counter(word.lower() for text in texts for word in text.split())
    expected = {w: n for w, n in counted.items() if n > 1 and w not in ("the", "was")}
    found = list_most_used(texts, most=100)
    assert {used.word: used.count for used in found} == expected
    assert [used.count for used in found] == sorted((u.count for u in found), reverse=True)


def test_capitalized_words_within_sentences_are_names():
    texts = [
        "Sat with Mira on Monday. Mira asked why. I told Jonas’s team.",
        "Bring the plan to Jonas. Target missed, and the target moved.",
        "We met at nine with HR.",
    ]
    assert [(u.word, u.count) for u in find_names(texts)] == [("Jonas", 2), ("Mira", 2)]


def test_sentence_starts_are_no_names_and_at_signs_always_are():
    assert find_names(["Mira called. Mira wrote."]) == ()
    assert find_names(["Thanked @mira and @JK today."]) == (
        WordCount("JK", 1),
        WordCount("mira", 1),
    )


def test_team_names_count_as_they_are_spelled():
    texts = [
        "Jonas called. Anna Berg's plan is good; Anna Berg and Mira agree.",
        "Will came. I will see him, and J.K. too. Thanked @mira.",
    ]
    team = {"Jonas", "Anna Berg", "Will", "J.K.", "Nobody"}
    assert [(used.word, used.count) for used in find_names(texts, team)] == [
        ("Anna Berg", 2),
        ("Mira", 2),
        ("J.K.", 1),
        ("Jonas", 1),
        ("Will", 1),
    ]
    given = [(None, None, text) for text in texts * 2]
    assert compute_figures(given, team).most_used["note"] == (
        WordCount("agree", 2),
        WordCount("called", 2),
        WordCount("good", 2),
        WordCount("plan", 2),
        WordCount("thanked", 2),
    )


def test_capitalized_nouns_are_no_names_without_an_at_sign():
    texts = ["Heute war die Übergabe an das Team ein Erfolg, und @Ana hatte den Plan im Kopf."] * 4
    assert [used.word for used in find_names(texts)] == ["Ana"]


@given(answers)
def test_answer_length_is_the_mean_of_scored_answers(given):
    found = {length.score: length for length in measure_length_by_score(find_passages(given))}
    for score in range(1, 6):
        words = [len(text.split()) for _, found_score, text in given if found_score == score]
        if not words:
            assert score not in found
            continue
        assert found[score].answers == len(words)
        mean = Fraction(sum(words), len(words))
        assert abs(Fraction(found[score].mean_words) - mean) < Fraction(1, 10**9)


def test_names_are_not_counted_as_words():
    texts = [
        ("let-go", 4, "Gave the review to Ana. The review was hers, and Ana ran it."),
        ("lead-from-front", 2, "One pipeline, two pipelines, one pipeline."),
        (None, None, "Ask Ana."),
    ]
    figures = compute_figures(texts)
    assert figures.most_used == {
        "lead-from-front": (WordCount("pipeline", 2),),
        "protect-and-serve": (),
        "let-go": (WordCount("review", 2),),
        "note": (),
    }
    assert figures.names == (WordCount("Ana", 3),)


def test_words_of_scripts_without_spaces_are_counted():
    text = "今天和王小明开会议。会议很长，项目项目。 昨日会議をした。会議 คุยเรื่องงานเรื่อง हिन्दी हिन्दी"
    shown = {word.word for word in list_most_used([text, "회의 회의"])}
    assert shown == {"会议", "项目", "会議", "เรื่อง", "हिन्दी", "회의"}
    assert [name.word for name in find_names([text], ["王小明"])] == ["王小明"]
    counts = count_words([WrittenText(None, f"{text} 小明 {text}")], ["王小明"])
    figures = compute_word_figures(counts, [], [])
    assert "小明" not in {word.word for word in figures.most_used["note"]}
