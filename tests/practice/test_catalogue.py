"""The catalogue as it ships, and the sentences that stop a slip of the pen."""

import re
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest

from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue import (
    KEY_SLUGS,
    MIRROR_SCORES,
    TOP_SCORE_HINT,
    get_behaviour,
    get_key,
    get_question,
    get_score_sentence,
    list_all_questions,
    list_keys,
    list_questions,
)
from leaderjournal.practice.catalogue_file import CatalogueError, read_catalogue

PRACTICE = {
    "lead-from-front": "inspect contribute set-the-tone drive-the-pace ask-no-more mirror-first "
    "own-the-number join-the-call",
    "protect-and-serve": "serve-first guide help develop teach counsel coach correct elevate "
    "their-success stand-by hold-accountable",
    "let-go": "hire-well develop-talent earn-buy-in put-in-position step-aside grant-autonomy "
    "learn-by-doing celebrate",
}
OPEN = r"(On which|Who|Whose|What|Where|Which|When|How) "
"""How a question begins: it is answered in words, not by yes or no."""
ARCHAIC = frozenset(
    ["whom", "nor", "whoever", "shall", "upon", "although", "ought", "thus", "hence", "whilst"]
)
LITTLE_WORDS = frozenset(
    re.findall(
        r"\w+",
        """a an and are as at be because by could did do for from had has have how in into is it its
        of on or out rather so someone somebody than that the their them they to today tonight up
        was were what when where which who whom whose with would you your""",
    )
)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z]+(?:'[a-z]+)?", text.lower().replace("’", "'"))


def overlap(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / len(a | b)


def test_keys_and_behaviours_match_the_practice():
    assert tuple(PRACTICE) == KEY_SLUGS
    assert [k.name for k in list_keys()] == ["Lead from the front", "Protect & serve", "Let go"]
    assert {k.slug: " ".join(b.slug for b in k.behaviours) for k in list_keys()} == PRACTICE
    assert sum(len(k.behaviours) for k in list_keys()) == 28


def test_every_behaviour_has_eight_to_ten_questions():
    per_behaviour = Counter((q.key, q.behaviour) for q in list_questions())
    assert per_behaviour.keys() == {(k.slug, b.slug) for k in list_keys() for b in k.behaviours}
    assert min(per_behaviour.values()) >= 8
    assert max(per_behaviour.values()) <= 10


def test_every_key_has_a_question_between_two_full_months():
    # 30 days before and 30 after a day opened late may all have had questions of their own.
    assert min(Counter(q.key for q in list_questions()).values()) >= 61


def test_ids_are_unique_slugs():
    ids = [q.id for q in list_questions()]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9-]{3,60}", id_) for id_ in ids)


def test_question_id_begins_with_its_behaviour():
    assert all(q.id.startswith(f"{q.behaviour}-") for q in list_questions())


@pytest.mark.parametrize("q", list_questions(), ids=lambda q: q.id)
def test_question_is_short_open_and_about_today(q: catalogue.Question):
    assert 40 <= len(q.text) <= 160
    assert q.text.endswith("?")
    assert q.text.count("?") == 1
    assert "!" not in q.text
    assert {"you", "your", "yours", "yourself", "yourselves"} & set(words(q.text))
    assert re.search(r"\b(today|tonight|day|this (morning|afternoon))\b", q.text)
    assert len(q.text.split()) <= 18
    assert re.match(OPEN, q.text)
    assert not q.own
    assert q.every_days is None


@pytest.mark.parametrize("q", list_all_questions(), ids=lambda q: q.id)
def test_question_asks_one_thing_in_plain_english(q: catalogue.Question):
    assert q.text.count("?") == 1
    asked = q.text.split(". ")[-1]
    assert re.match(OPEN, asked), "a sentence may come before the question, none after it"
    assert find_second_question(asked) == ""
    assert set(words(q.text)) & ARCHAIC == set()
    assert len(asked.split()) <= 18


def find_second_question(text: str) -> str:
    """Return where a question goes on to ask something else, such as ", and how …"."""
    asks = r"(who|whom|whose|what|where|which|when|why|how)\b"
    joined = r"(,|;|:|\band|\bor|\bbut) (and |or |but )?(to |from |by |in )?"
    found = re.search(joined + asks, text)
    return found[0] if found else ""


@pytest.mark.parametrize(
    ("text", "second"),
    [
        ("What fell short today, and how soon did you ask about your own part?", ", and how"),
        ("What did you pass on today, and to whom?", ", and to whom"),
        ("Who did you coach today; what came of it?", "; what"),
        ("Whose load did you lighten today and what did you take on?", "and what"),
        ("How clear was it today who does what, by when?", ", by when"),
        ("Which call today showed you what to change?", ""),
        ("What went out today, or could have?", ""),
    ],
)
def test_second_question_is_found(text: str, second: str):
    assert find_second_question(text) == second


def list_score_sentences() -> list[str]:
    return [
        sentence
        for key in list_keys()
        for sentence in (key.score_sentence, *(b.score_sentence for b in key.behaviours))
    ]


@pytest.mark.parametrize("sentence", list_score_sentences())
def test_score_sentence_asks_how_far_and_today(sentence: str):
    assert re.fullmatch(r"How far did you [^?,;]+ today\?", sentence)
    assert len(sentence) <= 70, "two lines on a phone"
    assert find_second_question(sentence) == ""


def test_every_behaviour_and_key_has_a_score_sentence_of_its_own():
    sentences = list_score_sentences()
    assert len(sentences) == 28 + 3
    assert len(set(sentences)) == len(sentences)
    assert (
        get_behaviour("lead-from-front", "ask-no-more").score_sentence
        == "How far did you ask nothing you wouldn't do yourself today?"
    )


def test_question_is_scored_by_its_behaviour_or_else_by_its_key():
    for q in list_all_questions():
        expected = get_behaviour(q.key, q.behaviour).score_sentence
        assert get_score_sentence(q.key, q.behaviour) == expected
    for key in list_keys():
        assert get_score_sentence(key.slug, None) == key.score_sentence
    with pytest.raises(KeyError):
        get_score_sentence("let-go", "inspect")


def test_team_is_asked_about_its_leader_and_month():
    asked = [key.ask_team("Sam {x}", "November 2026") for key in list_keys()]
    assert asked[0] == "How far did Sam {x} lead from the front in November 2026?"
    assert all(re.fullmatch(r"How far did Sam \{x\} .+ in November 2026\?", a) for a in asked)
    assert len(set(asked)) == 3


def test_questions_are_distinct():
    assert len({" ".join(words(q.text)) for q in list_questions()}) == len(list_questions())
    all_words = [(q.id, frozenset(words(q.text))) for q in list_questions()]
    telling = [(id_, of_it - LITTLE_WORDS) for id_, of_it in all_words]
    alike = [
        (a, b)
        for sets, limit in [(all_words, 0.6), (telling, 0.4)]
        for (a, a_words), (b, b_words) in combinations(sets, 2)
        if overlap(a_words, b_words) > limit
    ]
    assert alike == []


def test_question_openings_vary():
    beginnings = Counter(" ".join(words(q.text)[:3]) for q in list_questions())
    assert max(beginnings.values()) <= len(list_questions()) // 10
    within = Counter((q.behaviour, " ".join(words(q.text)[:3])) for q in list_questions())
    assert max(within.values()) <= 2


def test_questions_cover_customers_numbers_people_and_hard_moments():
    text = " ".join(q.text.lower() for q in list_questions())
    for angle in ["customer", "number", "meeting", "mistake", "call", "promise", "decision"]:
        assert text.count(angle) >= 3, angle


def test_keys_and_behaviours_read_like_the_practice():
    lines = [k.text for k in list_keys()] + [b.text for k in list_keys() for b in k.behaviours]
    assert len(set(lines)) == len(lines)
    assert not any("!" in line for line in lines)
    assert (
        get_behaviour("lead-from-front", "ask-no-more").text
        == "asked nothing I would not do myself"
    )


def test_mirror_has_five_scores():
    assert list(MIRROR_SCORES) == [1, 2, 3, 4, 5]
    assert list(MIRROR_SCORES.values()) == ["not at all", "a little", "partly", "mostly", "fully"]
    assert TOP_SCORE_HINT == "my team would say so"


def test_keys_behaviours_and_questions_are_found_by_name():
    assert get_key("let-go") is list_keys()[2]
    assert get_behaviour("let-go", "celebrate") is list_keys()[2].behaviours[-1]
    assert get_question("inspect-noticed") is list_questions()[0]


def test_unknown_name_raises_key_error():
    with pytest.raises(KeyError):
        get_key("let-it-be")
    with pytest.raises(KeyError):
        get_behaviour("let-go", "inspect")
    with pytest.raises(KeyError):
        get_question("inspect-never-written")


SHIPPED = Path(catalogue.__file__).with_name("catalogue.toml").read_text(encoding="utf-8")
FAR = 'score = "How far did you look closely at what matters today?"'
FIRST = 'inspect-noticed = "Which number did you go through carefully with someone today?"'


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (SHIPPED, "key = [", "the catalogue is not valid TOML"),
        (SHIPPED, "", "the catalogue needs its keys"),
        (SHIPPED, "key = [1]", "the catalogue needs its keys"),
        (
            SHIPPED,
            "[[key]]\nslug = 'x-y'\nname = 'X'\ntext = 'x'",
            "the key x-y needs a score: one",
        ),
        ('slug = "let-go"', 'slug = "let-it-go"', "the keys must be lead-from-front, protect-and"),
        ('slug = "let-go"', "", "a key needs a slug: one line"),
        ('slug = "inspect"', 'slug = "Inspect"', "the slug 'Inspect' must be 3 to 60 characters"),
        ('name = "Inspect"', 'name = " Inspect"', "the behaviour inspect needs a name: one line"),
        ('name = "Let go"', 'name = ""', "the key let-go needs a name: one line"),
        ('slug = "contribute"', 'slug = "inspect"', "the behaviour inspect comes twice"),
        (FIRST, f"{FIRST}\n{FIRST}", "the catalogue is not valid TOML"),
        ("contribute-idea =", "inspect-noticed =", "the question inspect-noticed comes twice"),
        (
            FAR,
            'score = "How well did you look today?"',
            "the score of the behaviour inspect must be",
        ),
        (FAR, 'score = "How far did you look?"', "the score of the behaviour inspect must be"),
        (FAR, "", "the behaviour inspect needs a score: one line"),
        (FAR, f'score = "How far did you {"so " * 30}today?"', "the score of the behaviour insp"),
        (FAR, 'score = "How far did you lead from the front today?"', "the score sentence How far"),
        ('front in {month}?"', 'front in May?"', "the team_score of the key lead-from-front must"),
        ("{leader} lead from", "{leader} {0} from", "the team_score of the key lead-from-front"),
        ("retired = []", 'retired = ["inspect-noticed"]', "the question inspect-noticed comes tw"),
        ("retired = []", 'retired = "inspect-noticed"', "retired needs a list of the ids"),
        ("retired = []", "retired = [1]", "retired needs a list of the ids"),
        ("inspect-noticed =", "Inspect_noticed =", "the question Inspect_noticed needs an id of"),
        (FIRST, "inspect-noticed = 1", "the question inspect-noticed needs a text: one line"),
        (FIRST, 'inspect-noticed = "How so?"', "inspect-noticed has 7 characters; 40 to 160"),
        (FIRST, f'inspect-noticed = "{"so " * 60}?"', "inspect-noticed has 181 characters"),
        ("[key.behaviour.questions]", "[key.behaviour.answers]", "inspect needs a table of quest"),
    ],
)
def test_invalid_catalogue_is_rejected_with_the_reason(written: str, instead: str, said: str):
    assert written in SHIPPED
    with pytest.raises(CatalogueError, match=re.escape(said)):
        read_catalogue(SHIPPED.replace(written, instead, 1))


def test_behaviour_without_questions_is_rejected():
    emptied = re.sub(r"(?m)^inspect-[a-z-]+ = .*\n", "", SHIPPED)
    with pytest.raises(CatalogueError, match="the behaviour inspect needs a table of questions"):
        read_catalogue(emptied)


def test_retired_ids_are_optional():
    assert read_catalogue(SHIPPED.replace("retired = []", "")) == (list_keys(), list_questions())
