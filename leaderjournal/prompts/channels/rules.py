"""The channels that work for a leader, and how to word the state of their reminders.

Reminders that are on without a working channel are never described as if they came.
"""

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """A channel by which reminders come."""

    PUSH = "push"
    MAIL = "mail"
    CALENDAR = "calendar"


class MailState(StrEnum):
    """Whether mail can be sent to the leader, or what prevents it."""

    WORKS = "works"
    NO_SERVER = "no_server"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels of a leader.

    `devices` counts devices that take notifications, `stale_devices` those on which the journal has
    to be opened first. `by_mail` tells that mail was chosen, `calendar` that the feed has an
    address.
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
        """The channels by which a reminder really comes."""
        working = {
            Channel.PUSH: self.devices > 0,
            Channel.MAIL: self.by_mail and self.can_mail,
            Channel.CALENDAR: self.calendar,
        }
        return tuple(channel for channel, works in working.items() if works)

    @property
    def mail_waits(self) -> bool:
        """Whether mail was chosen and begins once the address is confirmed."""
        return self.by_mail and self.mail is MailState.UNVERIFIED

    @property
    def can_deliver(self) -> bool:
        """Whether reminders come, or begin by themselves once the address is confirmed."""
        return bool(self.channels) or self.mail_waits


def format_channels(available: Channels) -> str:
    """Return the channels by which reminders come, as the end of a sentence; empty without any."""
    texts = {
        Channel.PUSH: "to one device"
        if available.devices == 1
        else f"to {available.devices} devices",
        Channel.MAIL: "by email",
        Channel.CALENDAR: "in your calendar",
    }
    return _join([texts[channel] for channel in available.channels])


def explain_silence(available: Channels) -> str:
    """Return why no reminder comes, as the end of a sentence."""
    mail = "email is off"
    if available.mail is MailState.NO_SERVER:
        mail = "this journal sends no email"
    elif available.mail_waits:
        mail = "your email is not confirmed"
    device = "no device has allowed notifications"
    if available.stale_devices:
        device = "your devices have to be opened once more"
    return _join([device, mail])


def suggest_next_step(available: Channels) -> str:
    """Return a sentence on what the leader can do so that reminders come."""
    steps = ["allow notifications on a device"]
    if available.mail_waits:
        steps.append("confirm your email")
    elif available.mail is not MailState.NO_SERVER:
        steps.append("choose email")
    steps.append("add the calendar")
    sentence = _join(steps, "or")
    return f"{sentence[0].upper()}{sentence[1:]}."


def suggest_first_step(available: Channels) -> str:
    """Return the nearest thing that a leader can do, on the page that offers the rest too."""
    if available.stale_devices:
        return "Open the journal once more on your devices, or turn reminders on for this one."
    if available.mail_waits:
        return "Confirm your email, or turn them on for this device."
    return "Turn them on for this device."


def suggest_other_channels(available: Channels) -> str:
    """Return a sentence about the channels besides notifications."""
    if available.mail is not MailState.NO_SERVER:
        return "An email or a calendar entry can remind you instead."
    return "A calendar entry can remind you instead."


def _join(parts: list[str], word: str = "and") -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {word} {parts[-1]}"
