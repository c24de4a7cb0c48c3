"""What a prompt says, and the JSON in which a browser is told.

A prompt is read on a locked phone by whoever holds it: nothing that a leader wrote goes into one,
their own questions included.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice.rules import Key, Question

MOST_BYTES = 3_993
"""The longest plaintext that fits one encrypted record of a push message (RFC 8291, section 4)."""

ONLY_OWN_QUESTIONS = "Your questions for today are here."
"""What a prompt says on a day on which every question is the leader's own."""

_DID = {"action": "did", "title": "I did"}
_NOT_TODAY = {"action": "not-today", "title": "Not today"}
_SNOOZE = {"action": "snooze", "title": "In an hour"}
_REFLECT = {"action": "reflect", "title": "Reflect"}


@dataclass(frozen=True, slots=True)
class Said:
    """The words of a prompt, none of them the leader's; `key` is the slug it opens at.

    `path` is the page it leads to, where that is not today's question.
    """

    title: str
    body: str
    key: str
    path: str = ""

    @property
    def leads_to(self) -> str:
        """The address below ours that a tap opens."""
        return self.path or f"/?key={self.key}"


def choose_question(questions: Sequence[Question], *, prompt_number: int) -> Question | None:
    """Return which of a day's `questions` its prompt says, or None where all are the leader's own.

    `prompt_number` counts the day's prompts, from 0 or from 1: each says the next question.
    """
    ours = [question for question in questions if not question.own]
    return ours[prompt_number % len(ours)] if ours else None


def what_to_say(questions: Sequence[Question], *, keys: Sequence[Key], prompt_number: int) -> Said:
    """Return the words of a day's prompt: a key's name over the day's question under it.

    Where all `questions` are the leader's own, it is a sentence of ours under the first of `keys`.
    Raises KeyError where the key of a question is none of `keys`.
    """
    question = choose_question(questions, prompt_number=prompt_number)
    if question is None:
        return Said(keys[0].name, ONLY_OWN_QUESTIONS, keys[0].slug)
    names = {key.slug: key.name for key in keys}
    return Said(names[question.key], question.text, question.key)


def invitation(month: LocalDate, *, keys: Sequence[Key]) -> Said:
    """Return the words that invite to the review of the month that begins on `month`."""
    return Said(
        f"{month:%B} in the mirror",
        "Look back on your month: three questions, and one key to lean on next.",
        keys[0].slug,
        f"/month/{month:%Y-%m}/review",
    )


def payload(
    *, said: Said, local_date: LocalDate, account: UUID, public_url: str, language: str = "en"
) -> bytes:
    """Return the declarative push message of a prompt: compact JSON in UTF-8.

    All prompts of a local day have one tag, so that a later one replaces the one on the screen.
    `account` lets a service worker see whose prompt it is before it writes a score. A body that
    does not fit MOST_BYTES is cut at a word. Raises ValueError where the rest alone is too long.
    """
    notification = {
        "title": said.title,
        "body": said.body,
        "navigate": f"{public_url.rstrip('/')}{said.leads_to}",
        "tag": f"reflect-{local_date.isoformat()}",
        "lang": language,
        "actions": [_SNOOZE, _REFLECT] if said.path else [_DID, _NOT_TODAY, _SNOOZE, _REFLECT],
        "data": {
            "local_date": local_date.isoformat(),
            "key": said.key,
            "account": str(account),
        },
    }
    return _message(notification)


def test_payload(*, public_url: str, language: str = "en") -> bytes:  # noqa: PT028 - no test
    """Return the push message that a leader sends to one of their devices to try it."""
    notification = {
        "title": "Leader Journal",
        "body": "Prompts reach this device.",
        "navigate": f"{public_url.rstrip('/')}/",
        "tag": "test",
        "lang": language,
        "actions": [_REFLECT],
        "data": {},
    }
    return _message(notification)


def topic(account: UUID, local_date: LocalDate) -> str:
    """Return the topic under which a push service replaces what it holds (RFC 8030, section 5.4).

    It is the same for every prompt of a local day and, being a digest, tells the service nothing.
    """
    digest = sha256(f"{account} {local_date.isoformat()}".encode()).digest()
    return urlsafe_b64encode(digest)[:32].decode()


def _message(notification: dict[str, Any]) -> bytes:
    """Return the message, its body cut where it would not fit."""
    message = _json({"web_push": 8030, "notification": notification})
    if len(message) <= MOST_BYTES:
        return message
    body = notification["body"]
    room = MOST_BYTES - (len(message) - len(_json(body))) - len(_json("…"))
    if room < 0:
        raise ValueError(f"a push message has no room for a body within {MOST_BYTES} bytes")
    return _message(notification | {"body": f"{_cut(body, room)}…"})


def _cut(text: str, most_bytes: int) -> str:
    """Return the whole words at the beginning of `text` that fit, or the letters of a long word."""
    length = 0
    for end, letter in enumerate(text):
        length += len(_json(letter)) - len('""')
        if length > most_bytes:
            words, blank, _ = text[: end + 1].rpartition(" ")
            return words.rstrip(" ,;:–-") if blank else text[:end]
    return text


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
