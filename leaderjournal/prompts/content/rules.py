"""The text of a prompt, and its payload for a browser.

A prompt shows on a locked phone, so it contains nothing that a leader wrote, their own questions
included.
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

OWN_QUESTIONS_TEXT = "Today’s questions are ready."
"""The body of a prompt on a day whose questions are all the leader's own."""

_DID = {"action": "did", "title": "Mostly"}
_NOT_TODAY = {"action": "not-today", "title": "Not at all"}
_SNOOZE = {"action": "snooze", "title": "Remind me in an hour"}
_REFLECT = {"action": "reflect", "title": "Reflect"}


@dataclass(frozen=True, slots=True)
class PromptContent:
    """The text of a prompt, none of it the leader's; `key` is the slug of the key it opens.

    `path` is the page it opens where that is not today's question. `score_sentence` is what a tap
    on "Mostly" or "Not at all" answers.
    """

    title: str
    body: str
    key: str
    path: str = ""
    score_sentence: str = ""

    @property
    def target_path(self) -> str:
        """The path and query that a tap opens."""
        return self.path or f"/?key={self.key}"


def choose_question(questions: Sequence[Question], *, prompt_number: int) -> Question | None:
    """Return the one of a day's `questions` that its prompt asks, None where all are the leader's.

    `prompt_number` counts the day's prompts, from 0 or from 1: each asks the next question.
    """
    catalogue_questions = [question for question in questions if not question.own]
    if not catalogue_questions:
        return None
    return catalogue_questions[prompt_number % len(catalogue_questions)]


def compose_prompt(
    questions: Sequence[Question], *, keys: Sequence[Key], prompt_number: int
) -> PromptContent:
    """Return the content of a day's prompt: a key's name, its question and what is scored of it.

    Where all `questions` are the leader's own, it is OWN_QUESTIONS_TEXT under the first of `keys`.
    Raises KeyError where the key of a question is not among `keys`.
    """
    chosen = choose_question(questions, prompt_number=prompt_number)
    text = chosen.text if chosen else OWN_QUESTIONS_TEXT
    slug = chosen.key if chosen else keys[0].slug
    key = {key.slug: key for key in keys}[slug]
    scored = chosen or next((question for question in questions if question.key == slug), None)
    return PromptContent(
        key.name,
        text,
        slug,
        score_sentence=key.get_score_sentence(scored.behaviour if scored else None),
    )


def compose_invitation(month: LocalDate, *, keys: Sequence[Key]) -> PromptContent:
    """Return the invitation to the review of the month that begins on `month`."""
    return PromptContent(
        f"{month:%B} in the mirror",
        "Time to look back on your month: three questions, and a focus for the next one.",
        keys[0].slug,
        f"/month/{month:%Y-%m}/review",
    )


def build_payload(
    *,
    content: PromptContent,
    local_date: LocalDate,
    account: UUID,
    public_url: str,
    language: str = "en",
) -> bytes:
    """Return the declarative push message of a prompt: compact JSON in UTF-8.

    All prompts of a local day have one tag, so that a later one replaces the one on the screen.
    `account` tells a service worker whose prompt it is before it writes a score; `score_sentence`
    is for a browser that shows the two scores as buttons. A body that does not fit MAX_BYTES is
    cut at a word. Raises ValueError where the rest alone is too long.
    """
    notification = {
        "title": content.title,
        "body": content.body,
        "navigate": f"{public_url.rstrip('/')}{content.target_path}",
        "tag": f"reflect-{local_date.isoformat()}",
        "lang": language,
        "actions": [_SNOOZE, _REFLECT] if content.path else [_DID, _NOT_TODAY, _SNOOZE, _REFLECT],
        "data": {
            "local_date": local_date.isoformat(),
            "key": content.key,
            "account": str(account),
        }
        | ({"score_sentence": content.score_sentence} if content.score_sentence else {}),
    }
    return _encode_message(notification)


def build_test_payload(*, public_url: str, language: str = "en") -> bytes:
    """Return the push message by which a leader tests one of their devices."""
    notification = {
        "title": "Leader Journal",
        "body": "Reminders work on this device.",
        "navigate": f"{public_url.rstrip('/')}/",
        "tag": "test",
        "lang": language,
        "actions": [_REFLECT],
        "data": {},
    }
    return _encode_message(notification)


def derive_topic(account: UUID, local_date: LocalDate) -> str:
    """Return the topic by which a push service replaces an earlier message (RFC 8030, section 5.4).

    It is the same for every prompt of a local day. As a digest it tells the service nothing.
    """
    digest = sha256(f"{account} {local_date.isoformat()}".encode()).digest()
    return urlsafe_b64encode(digest)[:32].decode()


def _encode_message(notification: dict[str, Any]) -> bytes:
    """Return the message as JSON, its body cut where it does not fit."""
    message = _encode_json({"web_push": 8030, "notification": notification})
    if len(message) <= MAX_BYTES:
        return message
    body = notification["body"]
    max_body = MAX_BYTES - (len(message) - len(_encode_json(body))) - len(_encode_json("…"))
    if max_body < 0:
        raise ValueError(f"a push message has no room for a body within {MAX_BYTES} bytes")
    return _encode_message(notification | {"body": f"{_truncate(body, max_body)}…"})


def _truncate(text: str, max_bytes: int) -> str:
    """Return as many whole words of `text` as fit, or the first letters of a long word."""
    length = 0
    for end, letter in enumerate(text):
        length += len(_encode_json(letter)) - len('""')
        if length > max_bytes:
            words, blank, _ = text[: end + 1].rpartition(" ")
            return words.rstrip(" ,;:–-") if blank else text[:end]
    return text


def _encode_json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
