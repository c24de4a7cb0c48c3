"""How answers are added up so that nobody can tell whose is whose, and when they are shown.

docs/team-mirror.md explains what is stored and what nobody can learn from it.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import mean
from typing import Any

from leaderjournal.team_mirror.tokens.rules import InvalidToken, hash_token

MIN_ANSWERS = 3
"""Answers needed to show scores; a key needs as many scores to show its mean."""
MIN_ANSWERS_FOR_LINES = 5
"""Answers needed to show lines."""
MAX_PEOPLE = 50
GRACE_DAYS = 7
"""Days of the next month on which a month's mirror still takes answers, unless it is closed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One person's answer: scores 1 to 5 and lines by key, each of them optional."""

    scores: Mapping[str, int]
    lines: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Tally:
    """Everything that is stored of a mirror. No answer can be put together from it.

    `unused` are the sorted hashes of tokens that have not answered; `issued` is how many people
    have a link. The scores of a key are sorted and its lines shuffled, each key by itself. So
    neither reveals who came when, nor which score belongs to which line or to another key's score.
    """

    unused: tuple[str, ...]
    issued: int
    answers: int = 0
    scores: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    lines: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """Return the tally as plain JSON values."""
        return {
            "unused": list(self.unused),
            "issued": self.issued,
            "answers": self.answers,
            "scores": {key: list(scores) for key, scores in sorted(self.scores.items())},
            "lines": {key: list(lines) for key, lines in sorted(self.lines.items())},
        }

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> "Tally":
        """Return the tally that `to_document` wrote."""
        return cls(
            tuple(document["unused"]),
            document["issued"],
            document["answers"],
            {key: tuple(scores) for key, scores in document["scores"].items()},
            {key: tuple(lines) for key, lines in document["lines"].items()},
        )


@dataclass(frozen=True, slots=True)
class KeyMean:
    """The team's mean score of a key, and the number of scores."""

    mean: float
    n: int


@dataclass(frozen=True, slots=True)
class MirrorResult:
    """What the leader sees of a closed mirror; lines need five answers."""

    answers: int
    scores: Mapping[str, KeyMean]
    lines: Mapping[str, tuple[str, ...]]


def format_month(month: str) -> str:
    """Return a month such as 2026-11 in words."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def create_tally(tokens: Sequence[str]) -> Tally:
    """Return the tally of a new mirror."""
    return Tally(tuple(sorted(hash_token(token) for token in tokens)), len(tokens))


def allow_tokens(tally: Tally, tokens: Sequence[str]) -> Tally:
    """Return a tally that takes answers from these tokens too."""
    hashes = {hash_token(token) for token in tokens}
    return replace(tally, unused=tuple(sorted(hashes.union(tally.unused))))


def revoke_tokens(tally: Tally, tokens: Sequence[str]) -> Tally:
    """Return a tally that takes no answers from these tokens."""
    hashes = {hash_token(token) for token in tokens}
    return replace(tally, unused=tuple(sorted(set(tally.unused) - hashes)))


def has_all_answers(tally: Tally) -> bool:
    """Tell whether everybody with a link has answered.

    `unused` may never become empty: a worker that died leaves hashes of links it never sent.
    """
    return tally.answers >= tally.issued


def record_answer(tally: Tally, token_hash: str, answer: Answer) -> Tally:
    """Return the tally with the answer of a token. Raises InvalidToken."""
    if token_hash not in tally.unused:
        raise InvalidToken
    scores = {
        **tally.scores,
        **{key: tuple(sorted((*tally.scores.get(key, ()), s))) for key, s in answer.scores.items()},
    }
    lines = dict(tally.lines)
    for key, line in answer.lines.items():
        lines_of_key = [*lines.get(key, ()), line]
        secrets.SystemRandom().shuffle(lines_of_key)
        lines[key] = tuple(lines_of_key)
    return replace(
        tally,
        unused=tuple(other for other in tally.unused if other != token_hash),
        answers=tally.answers + 1,
        scores=scores,
        lines=lines,
    )


def close_tally(tally: Tally) -> Tally:
    """Return the tally of a closed mirror, without tokens and what is too little to show."""
    has_enough = tally.answers >= MIN_ANSWERS
    return replace(
        tally,
        unused=(),
        scores={
            key: scores
            for key, scores in tally.scores.items()
            if has_enough and len(scores) >= MIN_ANSWERS
        },
        lines=tally.lines if tally.answers >= MIN_ANSWERS_FOR_LINES else {},
    )


def get_result(tally: Tally, *, is_closed: bool) -> MirrorResult | None:
    """Return what the leader may see; None before closing and with fewer than three answers.

    While answers may still come in nothing is shown: two looks with one answer between them would
    reveal that answer.
    """
    if not is_closed or tally.answers < MIN_ANSWERS:
        return None
    scores = {
        key: KeyMean(mean(scores), len(scores))
        for key, scores in tally.scores.items()
        if len(scores) >= MIN_ANSWERS
    }
    lines = tally.lines if tally.answers >= MIN_ANSWERS_FOR_LINES else {}
    return MirrorResult(tally.answers, scores, lines)
