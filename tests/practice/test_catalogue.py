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
    get_behaviour,
    get_key,
    get_question,
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


def test_every_behaviour_has_at_least_seven_questions():
    per_behaviour = Counter((q.key, q.behaviour) for q in list_questions())
    assert per_behaviour.keys() == {(k.slug, b.slug) for k in list_keys() for b in k.behaviours}
    assert min(per_behaviour.values()) >= 7
    assert len(list_questions()) >= 196


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
    closed = r"(Did|Do|Are|Were|Was|Have|Has|Had|Is|Can|Could|Will|Would|Should|Why)\b"
    assert not re.match(closed, q.text)
    assert not q.own
    assert q.every_days is None


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
    assert MIRROR_SCORES[1] == "not today"
    assert MIRROR_SCORES[5] == "my team saw it"


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
FIRST = 'inspect-noticed = "Which number did you look at so closely today that your team noticed?"'


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        (SHIPPED, "key = [", "the catalogue is not valid TOML"),
        (SHIPPED, "", "the catalogue needs its keys"),
        (SHIPPED, "key = [1]", "the catalogue needs its keys"),
        (SHIPPED, "[[key]]\nslug = 'x-y'\nname = 'X'\ntext = 'x'", "the key x-y needs its behav"),
        ('slug = "let-go"', 'slug = "let-it-go"', "the keys must be lead-from-front, protect-and"),
        ('slug = "let-go"', "", "a key needs a slug: one line"),
        ('slug = "inspect"', 'slug = "Inspect"', "the slug 'Inspect' must be 3 to 60 characters"),
        ('name = "Inspect"', 'name = " Inspect"', "the behaviour inspect needs a name: one line"),
        ('name = "Let go"', 'name = ""', "the key let-go needs a name: one line"),
        ('slug = "contribute"', 'slug = "inspect"', "the behaviour inspect comes twice"),
        (FIRST, f"{FIRST}\n{FIRST}", "the catalogue is not valid TOML"),
        ("contribute-idea =", "inspect-noticed =", "the question inspect-noticed comes twice"),
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
