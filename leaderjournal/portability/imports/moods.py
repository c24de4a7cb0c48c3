"""Moods of another journal, and the mirror scores that they become."""

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_MOODS = {"rad": 5, "good": 4, "meh": 3, "bad": 2, "awful": 1}
"""Daylio's default moods, and the mirror scores that the page suggests for them."""


@dataclass(frozen=True, slots=True)
class MoodField:
    """A mood of a file: how often it comes up, its form field, and the score suggested for it."""

    name: str
    count: int
    field: str
    offered: int | None


def list_mood_fields(moods: Mapping[str, int]) -> list[MoodField]:
    """Return a form field for each mood, given how often each comes up."""
    return [
        MoodField(mood, count, f"mood-{number}", DEFAULT_MOODS.get(mood))
        for number, (mood, count) in enumerate(moods.items())
    ]


def score_moods(moods: list[str], scores: Mapping[str, int]) -> int | None:
    """Return the mirror score of a day's moods: their mean, rounded half up."""
    chosen = [scores[mood] for mood in moods if mood in scores]
    return int(sum(chosen) / len(chosen) + 0.5) if chosen else None
