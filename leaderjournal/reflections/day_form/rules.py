"""The form of a day as plain values, for its page and for the page without a connection."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key

Errors = Mapping[str, list[str]]

NOTE_LABEL = "A note"
COMMITMENT_LABEL = "What will I do next?"


@dataclass(frozen=True, slots=True)
class KeyCard:
    """A key in the form: its question, what was answered, and the messages of a refused form."""

    slug: str
    name: str
    meaning: str = ""
    question_id: str = ""
    question: str = ""
    behaviour: str = ""
    behaviour_name: str = ""
    behaviour_text: str = ""
    score_sentence: str = ""
    score: int | None = None
    text: str = ""
    is_focus_key: bool = False
    first_month_day: int | None = None
    score_errors: Sequence[str] = ()
    text_errors: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class DayForm:
    """The form of a day. Without a date it is the shell that the service worker stores."""

    cards: Sequence[KeyCard]
    local_date: LocalDate | None = None
    etag: str = ""
    deleted_etag: str = ""
    note: str = ""
    commitment: str = ""
    note_errors: Sequence[str] = ()
    commitment_errors: Sequence[str] = ()
    step_place: str = ""
    """Where a step for new leaders stands, as `find_step_place` says; "" on pages without it."""
    is_unsaved: bool = False
    """Whether the form holds text that the server has not saved."""
    shows_superseded: bool = False
    """Whether to say that newer words of another device replaced others."""

    @property
    def is_shell(self) -> bool:
        """Whether script fills the form in, without a connection."""
        return self.local_date is None

    @property
    def labels(self) -> dict[str, str]:
        """What each field is called, by its name in the form."""
        labels = {"note": NOTE_LABEL, "commitment": COMMITMENT_LABEL}
        for card in self.cards:
            labels[f"text-{card.slug}"] = card.name
            labels[f"score-{card.slug}"] = f"{card.name}, score"
        return labels


def find_step_place(cards: Sequence[KeyCard]) -> str:
    """Return where a step stands so that it is in sight: "top", under a key by its slug, or "end".

    It is under the first key that is answered, and at the end once each is.
    """
    answered = [card.slug for card in cards if card.score or card.text.strip()]
    if len(answered) == len(cards):
        return "end"
    return answered[0] if answered else "top"


def make_blank_form(keys: Sequence[Key]) -> DayForm:
    """Return the form without a leader, a day or a question."""
    return DayForm(
        [
            KeyCard(key.slug, key.name, meaning=key.text, score_sentence=key.score_sentence)
            for key in keys
        ]
    )
