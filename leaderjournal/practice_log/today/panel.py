"""What today's page follows up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice_log.commitments import store as commitments_store
from leaderjournal.practice_log.entries.rules import Commitment
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.today.store import list_recent_wins
from leaderjournal.practice_log.wins.rules import needs_celebration
from leaderjournal.practice_log.wording import format_count, format_short_day


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A commitment or a win to follow up.

    `stored` is the entry as the API would write it, so that the device can answer offline.
    """

    id: UUID
    etag: str
    heading: str
    text: str
    hint: str
    stored: Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class TodayPanel:
    """What the log adds to today's page."""

    commitments: tuple[FollowUp, ...]
    wins: tuple[FollowUp, ...]
    tomorrow: LocalDate

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be followed up."""
        return not (self.commitments or self.wins)


def build_today_panel(cipher: Cipher, people: Sequence[Entry], *, today: LocalDate) -> TodayPanel:
    """Return what is followed up today; `people` name whose win it was."""
    names = {person.id: person.content.name for person in people}
    return TodayPanel(
        commitments=tuple(
            _follow_up_commitment(entry)
            for entry in commitments_store.list_commitments_to_follow_up(cipher, today=today)
        ),
        wins=tuple(
            _follow_up_win(entry, names)
            for entry in list_recent_wins(cipher, today=today)
            if needs_celebration(entry.local_date, entry.content, today)
        ),
        tomorrow=days_after(today, 1),
    )


def _follow_up_commitment(entry: Entry) -> FollowUp:
    content: Commitment = entry.content
    hint = f"Due {format_short_day(content.due_on)}"
    if content.moved:
        hint += f", rescheduled {format_count(content.moved, 'time')}"
    stored = {
        "text": content.text,
        "due_on": str(content.due_on),
        "state": "open",
        "reason": "",
        "settled_on": None,
        "local_date": str(entry.local_date),
    }
    return FollowUp(entry.id, entry.etag, "Did you do it?", content.text, hint, stored)


def _follow_up_win(entry: Entry, names: Mapping[UUID, str]) -> FollowUp:
    person_id = entry.content.person_id
    heading = f"{names[person_id]} had a win" if person_id in names else "A win"
    stored = {
        "text": entry.content.text,
        "person_id": str(person_id) if person_id else None,
        "local_date": str(entry.local_date),
        "celebrated_how": "",
    }
    return FollowUp(entry.id, entry.etag, heading, entry.content.text, "", stored)
