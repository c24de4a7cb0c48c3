"""What a team's answers become, so that nobody can tell whose is whose; and when they are shown.

How this is kept, and from whom, is told in docs/team-mirror.md.
"""

import hashlib
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import mean
from typing import Any
from uuid import UUID

MIN_ANSWERS = 3
"""Answers from which on scores are shown, and scores of a key from which on its mean is."""
MIN_ANSWERS_FOR_LINES = 5
"""Answers from which on the lines are shown."""
MAX_PEOPLE = 50
GRACE_DAYS = 7
"""Days into the next month until which a month's mirror takes answers, unless closed before."""
SECRET_BYTES = 16


class InvalidToken(Exception):
    """The token has given its answer, or was never issued."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one person says: scores 1 to 5 and lines, by key; either may be left out."""

    scores: Mapping[str, int]
    lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """All that is kept of a mirror. No answer stands together anywhere in it.

    `unused` holds the hashes of tokens that have not answered, sorted; `issued` is how many people
    have a link. Scores of a key are sorted
    by size and its lines shuffled, each key by itself, so that neither says who came when, nor
    which score goes with which line or with which score of another key.
    """

    unused: tuple[str, ...]
    issued: int
    answers: int = 0
    scores: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """Return what is kept as plain JSON values."""
        return {
            "unused": list(self.unused),
            "issued": self.issued,
            "answers": self.answers,
            "scores": {key: list(scores) for key, scores in sorted(self.scores.items())},
            "lines": {key: list(lines) for key, lines in sorted(self.lines.items())},
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Tally":
        """Return what `to_document` gave."""
        return cls(
            tuple(document["unused"]),
            document["issued"],
            document["answers"],
            {key: tuple(scores) for key, scores in document["scores"].items()},
            {key: tuple(lines) for key, lines in document["lines"].items()},
        )


@dataclass(frozen=True, slots=True)
class KeyMean:
    """The team's mean of a key, and of how many scores."""

    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class MirrorResult:
    """What a leader is shown of a closed mirror; lines are there from five answers on."""

    answers: int
    scores: Mapping[str, KeyMean]
    lines: Mapping[str, tuple[str, ...]]


def format_month(month: str) -> str:
    """Return a month like 2026-11 in words."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def create_tokens(mirror_id: UUID, number: int) -> list[str]:
    """Return tokens for a mirror, for its links: its id and a secret of 128 bits each."""
    return [
        urlsafe_b64encode(mirror_id.bytes + secrets.token_bytes(SECRET_BYTES)).decode().rstrip("=")
        for _ in range(number)
    ]


def parse_token(token: str) -> tuple[UUID, str] | None:
    """Return the mirror that a token is of and the token's hash; None where it is no token."""
    try:
        content = urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (Error, ValueError):
        return None
    if len(content) != SECRET_BYTES * 2:
        return None
    return UUID(bytes=content[:SECRET_BYTES]), hash_token(token)


def hash_token(token: str) -> str:
    """Return what is kept of a token. Its secret is random, so that a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def create_tally(tokens: Sequence[str]) -> Tally:
    """Return a mirror in which nobody has answered yet."""
    return Tally(tuple(sorted(hash_token(token) for token in tokens)), len(tokens))


def allow_tokens(heard: Tally, tokens: Sequence[str]) -> Tally:
    """Return a mirror that these tokens may answer too."""
    hashes = {hash_token(token) for token in tokens}
    return replace(heard, unused=tuple(sorted(hashes.union(heard.unused))))


def revoke_tokens(heard: Tally, tokens: Sequence[str]) -> Tally:
    """Return a mirror that these tokens may not answer."""
    hashes = {hash_token(token) for token in tokens}
    return replace(heard, unused=tuple(sorted(set(heard.unused) - hashes)))


def has_all_answers(heard: Tally) -> bool:
    """Tell whether everybody who has a link has answered.

    `unused` does not say so: a worker that died left hashes there of links that it never sent.
    """
    return heard.answers >= heard.issued


def record_answer(heard: Tally, token_hash: str, answer: Answer) -> Tally:
    """Return what is kept once a token has answered. Raises InvalidToken."""
    if token_hash not in heard.unused:
        raise InvalidToken
    scores = {
        **heard.scores,
        **{key: tuple(sorted((*heard.scores.get(key, ()), s))) for key, s in answer.scores.items()},
    }
    lines = dict(heard.lines)
    for key, line in answer.lines.items():
        of_key = [*lines.get(key, ()), line]
        secrets.SystemRandom().shuffle(of_key)
        lines[key] = tuple(of_key)
    return replace(
        heard,
        unused=tuple(other for other in heard.unused if other != token_hash),
        answers=heard.answers + 1,
        scores=scores,
        lines=lines,
    )


def close_tally(heard: Tally) -> Tally:
    """Return what is kept once a mirror takes no more answers: its tokens are forgotten.

    What is too little to be shown is forgotten with them.
    """
    few = heard.answers < MIN_ANSWERS
    return replace(
        heard,
        unused=(),
        scores={
            key: scores
            for key, scores in heard.scores.items()
            if not few and len(scores) >= MIN_ANSWERS
        },
        lines=heard.lines if heard.answers >= MIN_ANSWERS_FOR_LINES else {},
    )


def get_result(heard: Tally, *, is_closed: bool) -> MirrorResult | None:
    """Return what a leader may see: nothing before it is closed, and nothing of fewer than three.

    While answers may still come in nothing is shown, as two looks with one answer between them
    would show that answer.
    """
    if not is_closed or heard.answers < MIN_ANSWERS:
        return None
    scores = {
        key: KeyMean(mean(scores), len(scores))
        for key, scores in heard.scores.items()
        if len(scores) >= MIN_ANSWERS
    }
    return MirrorResult(
        heard.answers, scores, heard.lines if heard.answers >= MIN_ANSWERS_FOR_LINES else {}
    )
