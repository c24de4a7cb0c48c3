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

MAX_BYTES = 3_993
"""The longest plaintext that fits one encrypted record of a push message (RFC 8291, section 4)."""

OWN_QUESTIONS_TEXT = "Your questions for today are here."
"""What a prompt says on a day on which every question is the leader's own."""

_DID = {"action": "did", "title": "I did"}
_NOT_TODAY = {"action": "not-today", "title": "Not today"}
_SNOOZE = {"action": "snooze", "title": "In an hour"}
_REFLECT = {"action": "reflect", "title": "Reflect"}


@dataclass(frozen=True, slots=True)
class PromptContent:
    """The words of a prompt, none of them the leader's; `key` is the slug it opens at.

    `path` is the page it leads to, where that is not today's question.
    """

    title: str
    body: str
    key: str
    path: str = ""

    @property
    def target_path(self) -> str:
        """The address below ours that a tap opens."""
        return self.path or f"/?key={self.key}"


def choose_question(questions: Sequence[Question], *, prompt_number: int) -> Question | None:
    """Return which of a day's `questions` its prompt says, or None where all are the leader's own.

    `prompt_number` counts the day's prompts, from 0 or from 1: each says the next question.
    """
    ours = [question for question in questions if not question.own]
    return ours[prompt_number % len(ours)] if ours else None


def compose_prompt(
    questions: Sequence[Question], *, keys: Sequence[Key], prompt_number: int
) -> PromptContent:
    """Return the words of a day's prompt: a key's name over the day's question under it.

    Where all `questions` are the leader's own, it is a sentence of ours under the first of `keys`.
    Raises KeyError where the key of a question is none of `keys`.
    """
    question = choose_question(questions, prompt_number=prompt_number)
    if question is None:
        return PromptContent(keys[0].name, OWN_QUESTIONS_TEXT, keys[0].slug)
    names = {key.slug: key.name for key in keys}
    return PromptContent(names[question.key], question.text, question.key)


def compose_invitation(month: LocalDate, *, keys: Sequence[Key]) -> PromptContent:
    """Return the words that invite to the review of the month that begins on `month`."""
    return PromptContent(
        f"{month:%B} in the mirror",
        "Look back on your month: three questions, and one key to lean on next.",
        keys[0].slug,
        f"/month/{month:%Y-%m}/review",
    )


def build_payload(
    *,
    said: PromptContent,
    local_date: LocalDate,
    account: UUID,
    public_url: str,
    language: str = "en",
) -> bytes:
    """Return the declarative push message of a prompt: compact JSON in UTF-8.

    All prompts of a local day have one tag, so that a later one replaces the one on the screen.
    `account` lets a service worker see whose prompt it is before it writes a score. A body that
    does not fit MAX_BYTES is cut at a word. Raises ValueError where the rest alone is too long.
    """
    notification = {
        "title": said.title,
        "body": said.body,
        "navigate": f"{public_url.rstrip('/')}{said.target_path}",
        "tag": f"reflect-{local_date.isoformat()}",
        "lang": language,
        "actions": [_SNOOZE, _REFLECT] if said.path else [_DID, _NOT_TODAY, _SNOOZE, _REFLECT],
        "data": {
            "local_date": local_date.isoformat(),
            "key": said.key,
            "account": str(account),
        },
    }
    return _encode_message(notification)


def build_test_payload(*, public_url: str, language: str = "en") -> bytes:
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
    return _encode_message(notification)


def derive_topic(account: UUID, local_date: LocalDate) -> str:
    """Return the topic under which a push service replaces what it holds (RFC 8030, section 5.4).

    It is the same for every prompt of a local day and, being a digest, tells the service nothing.
    """
    digest = sha256(f"{account} {local_date.isoformat()}".encode()).digest()
    return urlsafe_b64encode(digest)[:32].decode()


def _encode_message(notification: dict[str, Any]) -> bytes:
    """Return the message, its body cut where it would not fit."""
    message = _encode_json({"web_push": 8030, "notification": notification})
    if len(message) <= MAX_BYTES:
        return message
    body = notification["body"]
    room = MAX_BYTES - (len(message) - len(_encode_json(body))) - len(_encode_json("…"))
    if room < 0:
        raise ValueError(f"a push message has no room for a body within {MAX_BYTES} bytes")
    return _encode_message(notification | {"body": f"{_truncate(body, room)}…"})


def _truncate(text: str, most_bytes: int) -> str:
    """Return the whole words at the beginning of `text` that fit, or the letters of a long word."""
    length = 0
    for end, letter in enumerate(text):
        length += len(_encode_json(letter)) - len('""')
        if length > most_bytes:
            words, blank, _ = text[: end + 1].rpartition(" ")
            return words.rstrip(" ,;:–-") if blank else text[:end]
    return text


def _encode_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
