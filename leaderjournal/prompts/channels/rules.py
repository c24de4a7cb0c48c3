"""Which ways to a leader work here, and what is true of their reminders.

A reminder that is switched on and has no way that works is never told of as if it came.
"""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """A way by which reminders come."""

    PUSH = "push"
    MAIL = "mail"
    CALENDAR = "calendar"


class MailState(StrEnum):
    """Whether mail can be sent to the leader, or what stands in the way."""

    WORKS = "works"
    NO_SERVER = "no_server"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Channels:
    """What a leader has of ways.

    `devices` counts devices that take notifications, `resting` those that have to be opened first;
    `by_mail` says that mail was chosen, `calendar` that there is an address to subscribe to.
    """

    devices: int
    stale_devices: int
    mail: MailState
    by_mail: bool
    calendar: bool

    @property
    def can_mail(self) -> bool:
        """Whether a mail would arrive if it were chosen."""
        return self.mail is MailState.WORKS

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The ways by which a reminder really comes."""
        there = {
            Channel.PUSH: self.devices > 0,
            Channel.MAIL: self.by_mail and self.can_mail,
            Channel.CALENDAR: self.calendar,
        }
        return tuple(way for way, works in there.items() if works)

    @property
    def mail_waits(self) -> bool:
        """Whether mail was chosen and begins once the address is confirmed."""
        return self.by_mail and self.mail is MailState.UNVERIFIED

    @property
    def can_deliver(self) -> bool:
        """Whether reminders come, or begin by themselves once the address is confirmed."""
        return bool(self.channels) or self.mail_waits


def format_channels(reach: Channels) -> str:
    """Return by which ways reminders come, as the end of a sentence; empty where by none."""
    said = {
        Channel.PUSH: "to one device" if reach.devices == 1 else f"to {reach.devices} devices",
        Channel.MAIL: "by mail",
        Channel.CALENDAR: "in your calendar",
    }
    return _join([said[way] for way in reach.channels])


def explain_silence(reach: Channels) -> str:
    """Return why no reminder comes, as the end of a sentence."""
    mail = "mail is off"
    if reach.mail is MailState.NO_SERVER:
        mail = "this journal sends no mail"
    elif reach.mail_waits:
        mail = "your e-mail address is not confirmed"
    device = "no device has allowed notifications"
    if reach.stale_devices:
        device = "your devices have to be opened once more"
    return _join([device, mail])


def suggest_next_step(reach: Channels) -> str:
    """Return what the leader can do so that reminders come: the ways that work here."""
    steps = ["allow notifications on a device"]
    if reach.mail_waits:
        steps.append("confirm your e-mail address")
    elif reach.mail is not MailState.NO_SERVER:
        steps.append("choose mail")
    steps.append("add the calendar")
    sentence = _join(steps, "or")
    return f"{sentence[0].upper()}{sentence[1:]}."


def suggest_other_channels(reach: Channels) -> str:
    """Return a sentence about the ways beside notifications that work here."""
    if reach.mail is not MailState.NO_SERVER:
        return "A mail or a calendar entry can remind you instead."
    return "A calendar entry can remind you instead."


def _join(parts: list[str], word: str = "and") -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
