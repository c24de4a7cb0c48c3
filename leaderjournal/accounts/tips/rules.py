"""The tips for new leaders: each is a bit of the account, set once it is closed."""

from enum import IntFlag, auto


class Tip(IntFlag):
    """What a new leader is told or asked once. The order is stored: add new ones at the end."""

    REFLECTION = auto()
    REMINDER = auto()
    TEAM = auto()
    TODAY = auto()
    REVIEW = auto()
    LOG = auto()
    PEOPLE = auto()
    ME = auto()


TIPS = {(tip.name or "").lower(): tip for tip in Tip}
"""The tips by their names in addresses."""
