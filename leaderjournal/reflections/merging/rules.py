"""How two writings of one day become one: field by field, and the newer text wins."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from leaderjournal.kernel.days import Instant
from leaderjournal.reflections.rules import DayContent, Field


@dataclass(frozen=True, slots=True)
class MergedContent:
    """Two days merged into one. `conflicting` names the fields that both sides changed differently.

    `incoming_lost` and `stored_lost` say whether that side lost any of those; such a side has to be
    kept whole as a version.
    """

    content: DayContent
    write_times: Mapping[Field, Instant]
    conflicting: tuple[Field, ...] = ()
    incoming_lost: bool = False
    stored_lost: bool = False


def find_changed_fields(before: DayContent, after: DayContent) -> set[Field]:
    """Return the fields in which two days differ."""
    old, new = before.get_fields(), after.get_fields()
    return {field for field in old | new if (old.get(field) or None) != (new.get(field) or None)}


def merge_content(
    base: DayContent,
    incoming: DayContent,
    stored: DayContent,
    *,
    at: Instant,
    write_times: Mapping[Field, Instant],
) -> MergedContent:
    """Merge the `incoming` day, written on top of `base`, with the `stored` one, field by field.

    A field that only one side changed is taken from it. If both changed it differently, the newer
    wins: `at` is when the incoming one was written, `write_times` when each stored field was (a
    field that is missing there counts as oldest). At the same instant the incoming one wins.
    """
    ours, theirs = find_changed_fields(base, incoming), find_changed_fields(base, stored)
    conflicting = ours & theirs & find_changed_fields(incoming, stored)
    newer_stored = {
        field for field in conflicting if field in write_times and write_times[field] > at
    }
    taken = ours - newer_stored
    return MergedContent(
        content=_combine_fields(incoming, stored, taken),
        write_times=update_write_times(write_times, taken, at),
        conflicting=tuple(sorted(conflicting)),
        incoming_lost=bool(newer_stored),
        stored_lost=bool(conflicting - newer_stored),
    )


def update_write_times(
    write_times: Mapping[Field, Instant], fields: set[Field], at: Instant
) -> dict[Field, Instant]:
    """Return when each field was written, now that `fields` are written `at` on top.

    What is written on top counts as later, even if the writer's clock is slow.
    """
    moment = timedelta(microseconds=1)
    newer = {
        field: max(at, Instant(write_times[field] + moment)) if field in write_times else at
        for field in fields
    }
    return {**write_times, **newer}


def _combine_fields(incoming: DayContent, stored: DayContent, taken: set[Field]) -> DayContent:
    """Return the stored day with the `taken` fields of the incoming one; stored keys come first."""
    answers = []
    for key in dict.fromkeys(answer.key for answer in (*stored.answers, *incoming.answers)):
        score = (incoming if f"{key}.score" in taken else stored).get_answer(key)
        text = (incoming if f"{key}.text" in taken else stored).get_answer(key)
        # The question belongs to the words that answer it, or else to the score.
        answered = text if text.text.strip() else score
        answer = replace(answered, score=score.score, text=text.text)
        if answer.is_answered:
            answers.append(answer)
    return DayContent(
        tuple(answers),
        (incoming if "note" in taken else stored).note,
        (incoming if "commitment" in taken else stored).commitment,
    )
