"""What a day holds, what counts as kept, and how words are counted and found."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What a leader answered under one key: a mirror score from 1 to 5, words, or both."""

    key: str
    behaviour: str | None = None
    question: str | None = None
    score: int | None = None
    text: str = ""

    @property
    def kept(self) -> bool:
        """Whether anything was answered."""
        return self.score is not None or bool(self.text.strip())


@dataclass(frozen=True, slots=True)
class DayContent:
    """A day as it is written: at most one answer per key, a note and what will be done next."""

    answers: tuple[Answer, ...] = ()
    note: str = ""
    commitment: str = ""

    @property
    def kept(self) -> bool:
        """Whether the day counts as kept: any score or any word."""
        answered = any(answer.kept for answer in self.answers)
        return answered or bool(self.note.strip() or self.commitment.strip())

    @property
    def words(self) -> int:
        """How many words the day holds, in all its texts."""
        return sum(map(count_words, self.texts()))

    def texts(self) -> Iterator[str]:
        """Yield every text of the day, in the order of the page."""
        for answer in self.answers:
            yield answer.text
        yield self.note
        yield self.commitment

    def as_document(self) -> dict[str, Any]:
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


def folded(text: str) -> str:
    """Return `text` without regard to case and accents, for searching."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def holds(content: DayContent, sought: str) -> bool:
    """Tell whether every word of `sought` stands somewhere in the day."""
    text = folded("\n".join(content.texts()))
    return all(word in text for word in folded(sought).split())
