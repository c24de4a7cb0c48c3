"""The SQL of invitations."""

import hmac
from datetime import timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts import store
from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.accounts.links import hash_token, make_token
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import count_changed_rows, db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant

INVITATION_LIFETIME = timedelta(days=14)


class InvitationNotValid(Exception):
    """There is no such invitation: it was used, replaced, withdrawn, or its time is over."""


def create_invitation(email: str, *, mailed: bool, now: Instant) -> str:
    """Make an invitation for an address, in place of the one before; return its token."""
    invitation_id = new_id()
    token = make_token("invitation", invitation_id)
    fresh = {
        "id": invitation_id,
        "token_hash": hash_token(token),
        "mailed": mailed,
        "created_at": now,
        "expires_at": Instant(now + INVITATION_LIFETIME),
    }
    lookup = store.hash_email(email)
    with write_transaction() as session:
        session.execute(
            upsert(session, Invitation)
            .values(fresh | {"email_lookup": lookup})
            .on_conflict_do_update(index_elements=["email_lookup"], set_=fresh)
        )
    return token


def withdraw_invitation(email: str) -> bool:
    """Take back the invitation for an address; tell whether there was one."""
    lookup = store.hash_email(email)
    with write_transaction() as session:
        gone = sa.delete(Invitation).where(Invitation.email_lookup == lookup)
        return bool(count_changed_rows(session, gone))


def is_pending(token: str, *, now: Instant) -> bool:
    """Tell whether an invitation can still be taken up."""
    return db.session.scalar(_select_pending(token, now)) is not None


def count_pending(*, now: Instant) -> int:
    """Return how many invitations wait to be taken up."""
    query = sa.select(sa.func.count()).select_from(Invitation)
    return db.session.scalar(query.where(Invitation.expires_at > now)) or 0


def accept_invitation(session: Session, token: str, account: Account, *, now: Instant) -> None:
    """Use up an invitation for `account`, inside the transaction that creates it.

    Who came by the mail that was sent to their address has verified it. Raises InvitationNotValid.
    """
    found = session.execute(
        sa.delete(Invitation)
        .where(Invitation.token_hash == hash_token(token), Invitation.expires_at > now)
        .returning(Invitation.email_lookup, Invitation.mailed)
    ).one_or_none()
    if found is None:
        raise InvitationNotValid
    if found.mailed and hmac.compare_digest(found.email_lookup, account.email_lookup):
        account.email_verified_at = now


def _select_pending(token: str, now: Instant) -> sa.Select[UUID]:
    return sa.select(Invitation.id).where(
        Invitation.token_hash == hash_token(token), Invitation.expires_at > now
    )
