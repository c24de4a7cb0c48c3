"""Who may register, as REGISTRATION says: everybody, holders of an invitation, or nobody."""

from typing import Any

from sqlalchemy.orm import Session

from leaderjournal.accounts import store
from leaderjournal.accounts.invitations import store as invitations_store
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.verification.tasks import ask_to_verify
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.setting_values import Registration

REGISTRATION_CLOSED = "This journal takes no new accounts. Ask the person who runs it."
INVITATION_NEEDED = "You need an invitation to join. Ask the person who runs this journal."
INVITATION_EXPIRED = "This invitation no longer works. Ask for a new one."
DESCRIPTIONS = {
    Registration.OPEN: "Registration is open: anyone who reaches this address can register."
    " REGISTRATION=invite or REGISTRATION=closed changes that.",
    Registration.INVITE: "Registration is by invitation: `flask --app app accounts invite EMAIL`"
    " makes one. REGISTRATION=open or REGISTRATION=closed changes that.",
    Registration.CLOSED: "Registration is closed: `flask --app app accounts add EMAIL` makes an"
    " account. REGISTRATION=open or REGISTRATION=invite changes that.",
}


class RegistrationRefused(Exception):
    """Registration is refused; the message tells the person what to do."""


def explain_registration(registration: Registration) -> str:
    """Return who may register and how the operator changes that."""
    return DESCRIPTIONS[registration]


def check_registration(invitation: str, *, now: Instant) -> None:
    """Raise RegistrationRefused if nobody may register, or not with this invitation."""
    registration = get_settings().registration
    if registration is Registration.CLOSED:
        raise RegistrationRefused(REGISTRATION_CLOSED)
    if registration is Registration.INVITE:
        if not invitation:
            raise RegistrationRefused(INVITATION_NEEDED)
        if not invitations_store.is_pending(invitation, now=now):
            raise RegistrationRefused(INVITATION_EXPIRED)


def register_account(new: dict[str, Any], *, invitation: str = "", now: Instant) -> store.Leader:
    """Create an account, use up the invitation, and send the verification link.

    While registration is open, an invitation may be given but is not needed. Raises
    RegistrationRefused and EmailTaken; the invitation then stays valid.
    """
    check_registration(invitation, now=now)

    def accept(session: Session, account: Account) -> None:
        invitations_store.accept_invitation(session, invitation, account, now=now)

    # By invitation, one that another request uses up meanwhile opens the door no more.
    is_invited = get_settings().registration is Registration.INVITE or (
        bool(invitation) and invitations_store.is_pending(invitation, now=now)
    )
    on_create = accept if is_invited else None
    try:
        leader = store.create_account(**new, language="en", now=now, on_create=on_create)
    except invitations_store.InvitationNotValid as error:  # another request has just used it
        raise RegistrationRefused(INVITATION_EXPIRED) from error
    ask_to_verify(leader, now=now)
    return leader
