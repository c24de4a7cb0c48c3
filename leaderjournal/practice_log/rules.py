"""What may be written in an entry, and how a change is applied to it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.commitments import rules as commitment_rules
from leaderjournal.practice_log.entries.rules import (
    CONTENT_TYPES,
    Commitment,
    Content,
    Kind,
    Number,
)
from leaderjournal.practice_log.numbers.rules import parse_period

CHECKED_DATES = ("left_on", "stepped_back_in_on", "celebrated_on", "settled_on")
"""The fields whose date lies between the entry's own date and today."""


def apply_values(
    kind: Kind,
    values: Mapping[str, Any],
    before: Content | None,
    *,
    today: LocalDate,
    due_on: LocalDate,
) -> Content:
    """Return the content of an entry once `values` are applied to its content `before`.

    `due_on` is the due day of a commitment that names none. A win that says how it was celebrated,
    and not when, was celebrated today.
    """
    given = {
        field.name: values[field.name]
        for field in fields(CONTENT_TYPES[kind])
        if field.name in values
    }
    if kind == Kind.COMMITMENT:
        previous = before if isinstance(before, Commitment) else None
        given |= commitment_rules.merge_values(previous, values, today=today, due_on=due_on)
    if kind == Kind.WIN and values["celebrated_how"] and values["celebrated_on"] is None:
        given["celebrated_on"] = today
    if kind == Kind.NUMBER:
        given["unit"] = values["unit"] or ""
    return CONTENT_TYPES[kind](**given)


def choose_local_date(
    kind: Kind, values: Mapping[str, Any], before: LocalDate | None, *, today: LocalDate
) -> LocalDate:
    """Return the local date of an entry: the given one, the previous one, or today.

    The date of a number is the first day of its period.
    """
    if kind == Kind.NUMBER:
        return parse_period(values["period"])[0]
    given: LocalDate | None = values.get("local_date")
    return given or before or today


def find_date_errors(
    local_date: LocalDate,
    content: Content,
    *,
    before: tuple[LocalDate, Content] | None = None,
    today: LocalDate,
) -> dict[str, list[str]]:
    """Return error messages by field for the dates of an entry; empty if all are valid.

    Dates unchanged since `before` stay valid: a leader who has flown west has entries of tomorrow.
    """
    if isinstance(content, Number):
        return {}
    errors: dict[str, list[str]] = {}
    date_before, content_before = before or (None, None)
    if local_date > today and local_date != date_before:
        errors["local_date"] = [f"Use today, {today}, or an earlier day."]
    if isinstance(content, Commitment) and content.due_on < local_date:
        errors["due_on"] = [f"Choose a due date on or after {local_date}."]
    for name in CHECKED_DATES:
        day = getattr(content, name, None)
        is_unchanged = day == getattr(content_before, name, None) and local_date == date_before
        if day is not None and not is_unchanged and not local_date <= day <= today:
            errors[name] = [f"Use a day from {local_date} to today, {today}."]
    return errors
