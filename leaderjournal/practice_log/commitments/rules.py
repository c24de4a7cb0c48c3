"""When a commitment is followed up, when it was settled, and how commitments are counted."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.practice_log.entries.rules import Commitment, Content

FOLLOW_UP_DAYS = 14
"""Days after the due day during which an open commitment is followed up."""


def needs_follow_up(commitment: Commitment, today: LocalDate) -> bool:
    """Tell whether today's page follows up a commitment: for two weeks from its due day."""
    return commitment.state == "open" and (
        commitment.due_on <= today <= days_after(commitment.due_on, FOLLOW_UP_DAYS)
    )


def get_follow_up_from(content: Content) -> LocalDate | None:
    """Return the day from which an open commitment is followed up; None for anything else."""
    if isinstance(content, Commitment) and content.state == "open":
        return content.due_on
    return None


def merge_values(
    before: Commitment | None,
    values: Mapping[str, Any],
    *,
    today: LocalDate,
    due_on: LocalDate,
) -> dict[str, Any]:
    """Return the fields of a commitment that follow from `values` and its previous content.

    `due_on` is the due day of a new commitment that names none. A later due day counts as moved.
    """
    due = values["due_on"] or (before.due_on if before else due_on)
    postponed = before is not None and before.state == "open" and due > before.due_on
    return {
        "due_on": due,
        "reason": values["reason"] if values["state"] != "kept" else "",
        "settled_on": _get_settled_date(before, values, today),
        "moved": (before.moved + postponed) if before else 0,
        "of_day": before.of_day if before else False,
    }


def _get_settled_date(
    before: Commitment | None, values: Mapping[str, Any], today: LocalDate
) -> LocalDate | None:
    if values["state"] == "open":
        return None
    given: LocalDate | None = values.get("settled_on")
    if given is None and before is not None and before.state == values["state"]:
        return before.settled_on
    return given or today


@dataclass(frozen=True, slots=True)
class CommitmentFigures:
    """Commitments made in a period and their results: made is kept, missed and open together."""

    made: int
    kept: int
    missed: int
    open: int
    moved: int = 0

    @property
    def share_kept(self) -> float | None:
        """The share of settled commitments that were kept, 0 to 1; None if none is settled."""
        settled = self.kept + self.missed
        return self.kept / settled if settled else None


def summarize_commitments(commitments: Collection[Commitment]) -> CommitmentFigures:
    """Return the figures of these commitments."""
    states = Counter(commitment.state for commitment in commitments)
    return CommitmentFigures(
        made=len(commitments),
        kept=states["kept"],
        missed=states["missed"],
        open=states["open"],
        moved=sum(commitment.moved for commitment in commitments),
    )
