"""What a month needs to know of people and hand-offs."""

from datetime import date
from uuid import uuid4

import pytest

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.entries.rules import HandOff, Person
from leaderjournal.practice_log.summary.rules import list_handed_over, list_unhelped

FIRST, LAST = LocalDate(date(2026, 10, 1)), LocalDate(date(2026, 10, 31))
BEFORE = LocalDate(date(2026, 9, 1))
TOMAS = Person("Tomas", every_days=14)


@pytest.mark.parametrize(
    ("person", "added_on", "last", "is_unhelped"),
    [
        (TOMAS, BEFORE, LAST, True),
        (TOMAS, FIRST, LAST, True),
        (TOMAS, LocalDate(date(2026, 10, 2)), LAST, False),
        (TOMAS, BEFORE, LocalDate(date(2026, 10, 14)), False),
        (TOMAS, BEFORE, LocalDate(date(2026, 10, 15)), True),
        (Person("Ben"), BEFORE, LAST, False),
        (Person("Ana", every_days=7, left_on=FIRST), BEFORE, LAST, False),
        (Person("Mira", every_days=60), BEFORE, LAST, False),
    ],
)
def test_person_is_unhelped_only_if_overdue_within_the_period(person, added_on, last, is_unhelped):
    one = uuid4()
    found = list_unhelped([(one, added_on, person)], set(), FIRST, last)
    assert [each.name for each in found] == ([person.name] if is_unhelped else [])
    assert list_unhelped([(one, added_on, person)], {one}, FIRST, last) == ()


def test_hand_offs_of_a_period_are_those_made_or_taken_back_in_it():
    ana = uuid4()
    found = list_handed_over(
        [
            (FIRST, HandOff("The deck", ana)),
            (BEFORE, HandOff("The forecast", None, LAST)),
            (BEFORE, HandOff("The review", ana)),
            (BEFORE, HandOff("The call", ana, BEFORE)),
        ],
        {ana: "Ana"},
        FIRST,
        LAST,
    )
    assert [(each.text, each.name) for each in found] == [("The forecast", ""), ("The deck", "Ana")]
