"""What settings say about an address that is not verified yet."""

from dataclasses import dataclass

from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.verification.store import find_pending_verification
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant


@dataclass(frozen=True, slots=True)
class AddressNotice:
    """An address that is not verified: the next one, or the current one if there is no next."""

    current_email: str
    new_email: str | None
    is_link_sent: bool


def build_address_notice(leader: Leader, now: Instant) -> AddressNotice | None:
    """Return what to say about the leader's address; None where it is verified or no mail goes."""
    if not get_settings().smtp_url:
        return None
    pending = find_pending_verification(leader, now=now)
    is_change = pending is not None and pending.is_change
    if not is_change and leader.email_verified_at is not None:
        return None
    new_email = pending.email if pending and pending.is_change else None
    return AddressNotice(leader.email, new_email, is_link_sent=pending is not None)
