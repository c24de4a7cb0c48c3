"""What a day holds, what counts as kept, what merges, and how words are counted."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from leaderjournal.kernel.days import Instant

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
        """Whether anything was answered."""
        return self.score is not None or bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class DayContent:
    """A day as it is written: at most one answer per key, a note and what will be done next."""

    answers: tuple[Answer, ...] = ()
    note: str = ""
    commitment: str = ""

    @property
    def completed(self) -> bool:
        """Whether the day counts as kept: any score or any word."""
        answered = any(answer.is_answered for answer in self.answers)
        return answered or bool(self.note.strip() or self.commitment.strip())

    @property
    def words(self) -> int:
        """How many words the day holds, in all its texts."""
        return sum(map(count_words, self.iter_texts()))

    def iter_texts(self) -> Iterator[str]:
        """Yield every text of the day, in the order of the page."""
        for answer in self.answers:
            yield answer.text
        yield self.note
        yield self.commitment

    def get_answer(self, key: str) -> Answer:
        """Return what was answered under a key, an empty answer where nothing was."""
        return next((answer for answer in self.answers if answer.key == key), Answer(key))

    def get_fields(self) -> dict[Field, int | str | None]:
        """Return what stands in each field; white space at a text's ends does not count."""
        found: dict[Field, int | str | None] = {}
        for answer in self.answers:
            found |= {
                f"{answer.key}.score": answer.score,
                f"{answer.key}.text": answer.text.strip(),
            }
        return found | {"note": self.note.strip(), "commitment": self.commitment.strip()}

    def with_texts(self, change_text: Callable[[str], str]) -> "DayContent":
        """Return the day with every text as `change_text` has it."""
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
        """Return the day that `as_document` gave."""
        return cls(
            tuple(Answer(**answer) for answer in document["answers"]),
            document["note"],
            document["commitment"],
        )


@dataclass(frozen=True, slots=True)
class MergedContent:
    """Two days made one. `met` names the fields that both sides had changed otherwise.

    `lost_here` and `lost_there` tell whether the one or the other side lost any of those; such a
    side has to be kept whole as a version.
    """

    content: DayContent
    written: Mapping[Field, Instant]
    conflicting: tuple[Field, ...] = ()
    incoming_lost: bool = False
    stored_lost: bool = False


def find_changed_fields(before: DayContent, after: DayContent) -> set[Field]:
    """Return the fields in which two days differ."""
    old, new = before.get_fields(), after.get_fields()
    return {field for field in old | new if (old.get(field) or None) != (new.get(field) or None)}


def merge_content(
    was: DayContent,
    here: DayContent,
    there: DayContent,
    *,
    at: Instant,
    written: Mapping[Field, Instant],
) -> MergedContent:
    """Merge what was changed `here`, from `was`, with what stands `there`, field by field.

    What only one side changed is taken from it. Where both changed a field otherwise, the newer
    stands: `at` is when it was written here, `written` when each field was written there (one that
    it does not name is as old as can be). At the same instant what is here stands.
    """
    mine, theirs = find_changed_fields(was, here), find_changed_fields(was, there)
    met = mine & theirs & find_changed_fields(here, there)
    newer_there = {field for field in met if field in written and written[field] > at}
    from_here = mine - newer_there
    return MergedContent(
        content=_combine_fields(here, there, from_here),
        written=update_write_times(written, from_here, at),
        conflicting=tuple(sorted(met)),
        incoming_lost=bool(newer_there),
        stored_lost=bool(met - newer_there),
    )


def update_write_times(
    written: Mapping[Field, Instant], fields: set[Field], at: Instant
) -> dict[Field, Instant]:
    """Return when each field was written, once `fields` are written `at` on top of what stands.

    Whoever writes on top comes later, whatever their clock says.
    """
    moment = timedelta(microseconds=1)
    newer = {
        field: max(at, Instant(written[field] + moment)) if field in written else at
        for field in fields
    }
    return {**written, **newer}


def _combine_fields(here: DayContent, there: DayContent, from_here: set[Field]) -> DayContent:
    """Return the day `there` with some fields from `here`, in the order in which keys came up."""
    answers = []
    for key in dict.fromkeys(answer.key for answer in (*there.answers, *here.answers)):
        score = (here if f"{key}.score" in from_here else there).get_answer(key)
        text = (here if f"{key}.text" in from_here else there).get_answer(key)
        # The question goes with the words that answer it, and else with the score.
        asked = text if text.text.strip() else score
        answer = replace(asked, score=score.score, text=text.text)
        if answer.is_answered:
            answers.append(answer)
    return DayContent(
        tuple(answers),
        (here if "note" in from_here else there).note,
        (here if "commitment" in from_here else there).commitment,
    )


def with_score(content: DayContent, scored: Answer) -> DayContent:
    """Return the day with the score of `scored` under its key, and every word as it stands.

    A key that has a score keeps it. One that has words keeps them, with the question they answer.
    """
    there = next((answer for answer in content.answers if answer.key == scored.key), None)
    if there is not None and there.score is not None:
        return content
    added = replace(there, score=scored.score) if there else scored
    others = tuple(answer for answer in content.answers if answer.key != scored.key)
    return replace(content, answers=(*others, added))


def count_words(text: str) -> int:
    """Return how many words `text` holds, as a person counts: runs without white space."""
    return len(text.split())
