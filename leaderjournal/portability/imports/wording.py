"""How the page of an import says what stays behind."""

from collections.abc import Mapping

SINGULARS = {"entries": "entry", "activities": "activity"}


def list_left_behind(left_behind: Mapping[str, int]) -> str:
    """Return what an import leaves behind as a phrase, such as "3 photos and one video"."""
    *most, last = [_count(number, kind) for kind, number in left_behind.items()] or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _count(number: int, kind: str) -> str:
    if number == 1:
        return f"one {SINGULARS.get(kind, kind.removesuffix('s'))}"
    return f"{number:,} {kind}"
