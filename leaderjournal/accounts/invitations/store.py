"""The SQL of invitations."""

import hmac
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.accounts.links.store import replace_link
from leaderjournal.accounts.links.tokens import make_token
from leaderjournal.accounts.lookup.store import hash_email
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import count_changed_rows, db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.tokens import hash_token

INVITATION_LIFETIME = timedelta(days=14)


class InvitationNotValid(Exception):
    """There is no such invitation: it was used, replaced or withdrawn, or has expired."""


def create_invitation(email: str, *, mailed: bool, now: Instant) -> str:
    """Create an invitation for an address in place of an earlier one; return its token."""
    invitation_id = new_id()
    token = make_token("invitation", invitation_id)
    replace_link(
        Invitation,
        invitation_id,
        token,
        owner={"email_lookup": hash_email(email)},
        now=now,
        lifetime=INVITATION_LIFETIME,
        mailed=mailed,
        created_at=now,
    )
    return token


def withdraw_invitation(email: str) -> bool:
    """Delete the invitation for an address; tell whether there was one."""
    email_lookup = hash_email(email)
    with write_transaction() as session:
        withdrawn = sa.delete(Invitation).where(Invitation.email_lookup == email_lookup)
        return bool(count_changed_rows(session, withdrawn))


def is_pending(token: str, *, now: Instant) -> bool:
    """Tell whether an invitation can still be used."""
    return db.session.scalar(_select_pending(token, now)) is not None


def count_pending(*, now: Instant) -> int:
    """Return how many invitations can still be used."""
    query = sa.select(sa.func.count()).select_from(Invitation)
    return db.session.scalar(query.where(Invitation.expires_at > now)) or 0


def accept_invitation(session: Session, token: str, account: Account, *, now: Instant) -> None:
    """Use up an invitation for `account`, inside the transaction that creates it.

    Whoever uses an invitation that was mailed to their address has verified it. Raises
    InvitationNotValid.
    """
    invitation = session.execute(
        sa.delete(Invitation)
        .where(Invitation.token_hash == hash_token(token), Invitation.expires_at > now)
        .returning(Invitation.email_lookup, Invitation.mailed)
    ).one_or_none()
    if invitation is None:
        raise InvitationNotValid
    if invitation.mailed and hmac.compare_digest(invitation.email_lookup, account.email_lookup):
        account.email_verified_at = now


def _select_pending(token: str, now: Instant) -> sa.Select[UUID]:
    return sa.select(Invitation.id).where(
        Invitation.token_hash == hash_token(token), Invitation.expires_at > now
    )
