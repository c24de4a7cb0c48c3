"""Words that are used most, names that come up, and how length and score go together."""

from collections import Counter
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.practice import catalogue
from leaderjournal.reviews.words.rules import (
    WordCount,
    WrittenText,
    compute_word_figures,
    find_names,
    list_most_used,
    measure_length_by_score,
)

WORDS = ("review", "deal", "Review", "forecast", "the", "was", "pipeline", "deals")
SAID = st.lists(st.sampled_from(WORDS)).map(" ".join)


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
    written = [WrittenText(None, None, text) for text in texts * 2]
    assert compute_word_figures(written, (), team=team).most_used["note"] == (
        WordCount("agree", 2),
        WordCount("called", 2),
        WordCount("good", 2),
        WordCount("plan", 2),
        WordCount("thanked", 2),
    )


def test_capitalized_nouns_are_no_names_without_an_at_sign():
    texts = ["Heute war die Übergabe an das Team ein Erfolg, und @Ana hatte den Plan im Kopf."] * 4
    assert [used.word for used in find_names(texts)] == ["Ana"]


@given(
    st.lists(
        st.builds(
            WrittenText,
            st.sampled_from(catalogue.KEY_SLUGS),
            st.one_of(st.none(), st.integers(1, 5)),
            SAID,
        )
    )
)
def test_answer_length_is_the_mean_of_scored_answers(texts):
    found = {length.score: length for length in measure_length_by_score(texts)}
    for score in range(1, 6):
        words = [len(written.text.split()) for written in texts if written.score == score]
        if not words:
            assert score not in found
            continue
        assert found[score].answers == len(words)
        mean = Fraction(sum(words), len(words))
        assert abs(Fraction(found[score].mean_words) - mean) < Fraction(1, 10**9)


def test_names_are_not_counted_as_words():
    texts = [
        WrittenText("let-go", 4, "Gave the review to Ana. The review was hers, and Ana ran it."),
        WrittenText("lead-from-front", 2, "One pipeline, two pipelines, one pipeline."),
        WrittenText(None, None, "Ask Ana."),
    ]
    figures = compute_word_figures(texts, catalogue.KEY_SLUGS)
    assert figures.most_used == {
        "lead-from-front": (WordCount("pipeline", 2),),
        "protect-and-serve": (),
        "let-go": (WordCount("review", 2),),
        "note": (),
    }
    assert figures.names == (WordCount("Ana", 3),)
