"""How the leader's mean scores compare with the team's."""

from collections.abc import Mapping
from dataclasses import dataclass

from leaderjournal.team_mirror.rules import KeyMean


@dataclass(frozen=True, slots=True)
class KeyComparison:
    """A key's two means as a page shows them; `gap` is empty without a score of the leader's."""

    own: str
    team: str
    n: int
    gap: str


def compare_means(
    team: Mapping[str, KeyMean], own: Mapping[str, float | None]
) -> dict[str, KeyComparison]:
    """Return the comparison of each key that the team has scored."""
    return {key: _compare_key(scored, own.get(key)) for key, scored in team.items()}


def _compare_key(team: KeyMean, own: float | None) -> KeyComparison:
    return KeyComparison(
        own=f"{own:.1f}" if own is not None else "–",
        team=f"{team.mean:.1f}",
        n=team.n,
        gap=_format_gap(round(round(team.mean, 1) - round(own, 1), 1)) if own is not None else "",
    )


def _format_gap(gap: float) -> str:
    if gap < 0:
        return f"your team scored you {-gap} lower than you did."
    if gap > 0:
        return f"your team scored you {gap} higher than you did."
    return "you and your team agree."
