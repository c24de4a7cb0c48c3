"""A day as plain values: its answers, note and commitment, when it was written, its versions."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import time, timedelta
from typing import Any
from uuid import UUID

from leaderjournal.accounts.practice_calendar.rules import is_written_in_time
from leaderjournal.kernel.days import Instant, LocalDate, days_after, get_month_start
from leaderjournal.kernel.letters.words.rules import count_words

SETTLED_AFTER = timedelta(days=3)
"""How long after its end a month may still get days in time."""

Field = str
"""A part of a day that merges by itself: "let-go.score", "let-go.text", "note", "commitment"."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a leader answered under one key: a mirror score from 1 to 5, words, or both."""

    key: str
    behaviour: str | None = None
    question: str | None = None
    score: int | None = None
    text: str = ""

    @property
    def is_answered(self) -> bool:
        """Whether there is a score or any word."""
        return self.score is not None or bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class DayContent:
    """What a day says: at most one answer per key, a note and what the leader will do next."""

    answers: tuple[Answer, ...] = ()
    note: str = ""
    commitment: str = ""

    @property
    def completed(self) -> bool:
        """Whether the day counts as completed: it has any score or any word."""
        answered = any(answer.is_answered for answer in self.answers)
        return answered or bool(self.note.strip() or self.commitment.strip())

    def is_whole(self, keys: Collection[str]) -> bool:
        """Tell whether each of these keys is answered."""
        return all(self.get_answer(key).is_answered for key in keys)

    @property
    def word_count(self) -> int:
        """How many words all texts of the day have together."""
        return sum(map(count_words, self.iter_texts()))

    def iter_texts(self) -> Iterator[str]:
        """Yield every text of the day, in the order of the page."""
        for answer in self.answers:
            yield answer.text
        yield self.note
        yield self.commitment

    def get_answer(self, key: str) -> Answer:
        """Return the answer under a key; an empty answer if there is none."""
        return next((answer for answer in self.answers if answer.key == key), Answer(key))

    def get_fields(self) -> dict[Field, int | str | None]:
        """Return the value of each field; white space at the ends of a text is ignored."""
        fields: dict[Field, int | str | None] = {}
        for answer in self.answers:
            fields |= {
                f"{answer.key}.score": answer.score,
                f"{answer.key}.text": answer.text.strip(),
            }
        return fields | {"note": self.note.strip(), "commitment": self.commitment.strip()}

    def with_texts(self, change_text: Callable[[str], str]) -> "DayContent":
        """Return the day with each text replaced by what `change_text` makes of it."""
        return DayContent(
            tuple(replace(answer, text=change_text(answer.text)) for answer in self.answers),
            change_text(self.note),
            change_text(self.commitment),
        )

    def to_document(self) -> dict[str, Any]:
        """Return the day as plain JSON values."""
        return {
            "answers": [
                {
                    "key": answer.key,
                    "behaviour": answer.behaviour,
                    "question": answer.question,
                    "score": answer.score,
                    "text": answer.text,
                }
                for answer in self.answers
            ],
            "note": self.note,
            "commitment": self.commitment,
        }

    @classmethod
    def from_document(cls, document: dict[str, Any]) -> "DayContent":
        """Return the day that `to_document` made the document of."""
        return cls(
            tuple(Answer(**answer) for answer in document["answers"]),
            document["note"],
            document["commitment"],
        )


@dataclass(frozen=True, slots=True)
class StoredDay:
    """A day as it is stored: its content, when it was first written and last saved, its version."""

    id: UUID
    local_date: LocalDate
    content: DayContent
    version: int
    time_zone: str
    written_at: Instant
    saved_at: Instant
    in_time: bool
    write_times: Mapping[Field, Instant]
    """When each field was written, if that is known."""
    answers_in_time: tuple[str, ...] = ()
    """The keys whose answers count for their streaks; only the full export asks for them."""

    @property
    def etag(self) -> str:
        """The version's name in ETag and If-Match (RFC 9110, 8.8.3), without quotes."""
        return f"{self.id.hex}-{self.version}"


@dataclass(frozen=True, slots=True)
class DayVersion:
    """An earlier version of a day; `superseded` if newer words of another device replaced it."""

    version: int
    saved_at: Instant
    content: DayContent
    superseded: bool


@dataclass(frozen=True, slots=True)
class Writing:
    """When and where something is written: the instant, the zone, and when days start there."""

    written_at: Instant
    time_zone: str
    day_starts_at: time

    def is_in_time(self, local_date: LocalDate) -> bool:
        """Return whether this is early enough for the day to count for the streak."""
        return is_written_in_time(
            local_date,
            written_at=self.written_at,
            zone=self.time_zone,
            day_starts_at=self.day_starts_at,
        )


class ChangedMeanwhile(Exception):
    """The day is not at the version that the writer last saw; `current` is the stored day."""

    def __init__(self, current: StoredDay | None) -> None:
        super().__init__("the day has been changed meanwhile")
        self.current = current


def can_write_day(local_date: LocalDate, *, today: LocalDate, is_stored: bool) -> bool:
    """Return whether a day may be written: it has come, or it was written in an earlier zone."""
    return local_date <= today or is_stored


def with_score(content: DayContent, scored: Answer) -> DayContent:
    """Return the day with the score of `scored` under its key, and every text unchanged.

    A key that has a score keeps it. A key that has words keeps them, with the question they answer.
    """
    stored = next((answer for answer in content.answers if answer.key == scored.key), None)
    if stored is not None and stored.score is not None:
        return content
    added = replace(stored, score=scored.score) if stored else scored
    others = tuple(answer for answer in content.answers if answer.key != scored.key)
    return replace(content, answers=(*others, added))


def find_last_settled_day(day: LocalDate) -> LocalDate:
    """Return the end of the last month that is settled on a local day.

    What is kept of a settled month stays right: a month that has just ended may still get days, of
    another zone or written without a connection.
    """
    return days_after(get_month_start(LocalDate(day - SETTLED_AFTER)), -1)
