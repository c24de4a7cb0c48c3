"""The SQL of verified addresses: a link proves that a leader reads what is sent to an address."""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from leaderjournal.accounts.links.store import end_links, replace_link
from leaderjournal.accounts.links.tokens import make_token
from leaderjournal.accounts.lookup.store import hash_email
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.store import EmailTaken, Leader, find_account_id, set_email
from leaderjournal.accounts.verification.models import EmailNotice, EmailVerification
from leaderjournal.accounts.verification.rules import NOTICE_LIFETIME, VERIFICATION_LIFETIME
from leaderjournal.kernel.database import db, new_id, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.tokens import hash_token


class NoticeKind(StrEnum):
    """What a notice says to an address that may no longer be the account's."""

    CHANGE_REQUESTED = "change-asked"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class PendingVerification:
    """A link that has not been used: the address it went to, and whether that would be new."""

    id: UUID
    account_id: UUID
    email: str
    is_change: bool


@dataclass(frozen=True, slots=True)
class VerifiedEmail:
    """What a link did; `notice_id` is of the mail to the address that the account had before."""

    account_id: UUID
    notice_id: UUID | None


def create_verification(leader: Leader, email: str, *, now: Instant) -> UUID:
    """Create a link that verifies `email` for the leader; return the verification's id.

    It replaces an earlier one. A new address becomes the account's once it is verified.
    """
    verification_id = new_id()
    encrypted = _encrypt_email(leader.cipher, "email_verifications", verification_id, email)
    replace_link(
        EmailVerification,
        verification_id,
        make_verification_token(verification_id),
        owner={"account_id": leader.id},
        now=now,
        lifetime=VERIFICATION_LIFETIME,
        email_lookup=hash_email(email),
        email_encrypted=encrypted,
    )
    return verification_id


def request_change(leader: Leader, email: str, *, now: Instant) -> tuple[UUID, UUID]:
    """Ask for another address, with a notice to the current one.

    Return the ids of the verification and of the notice. Raises EmailTaken.
    """
    if find_account_id(email) not in {None, leader.id}:
        raise EmailTaken
    verification_id = create_verification(leader, email, now=now)
    notice_id = new_id()
    with write_transaction() as session:
        session.add(
            _build_notice(notice_id, leader.cipher, NoticeKind.CHANGE_REQUESTED, leader.email, now)
        )
    return verification_id, notice_id


def make_verification_token(verification_id: UUID) -> str:
    """Return the token of a verification's link."""
    return make_token("proof", verification_id)


def find_pending_verification(leader: Leader, *, now: Instant) -> PendingVerification | None:
    """Return the leader's link that has not been used."""
    row = db.session.scalar(
        sa.select(EmailVerification)
        .where(EmailVerification.account_id == leader.id, EmailVerification.expires_at > now)
        .execution_options(populate_existing=True)
    )
    return _to_pending_verification(row, leader) if row else None


def find_verification(verification_id: UUID, *, now: Instant) -> PendingVerification | None:
    """Return a verification to be mailed; None if it was used or replaced or has expired."""
    return _find_verification_where(EmailVerification.id == verification_id, now)


def find_verification_by_token(token: str, *, now: Instant) -> PendingVerification | None:
    """Return the verification of this token, unless it was used or replaced or has expired."""
    return _find_verification_where(EmailVerification.token_hash == hash_token(token), now)


def cancel_verification(account_id: UUID) -> None:
    """End the account's link that has not been used."""
    with write_transaction() as session:
        session.execute(
            sa.delete(EmailVerification).where(EmailVerification.account_id == account_id)
        )


def verify(token: str, *, now: Instant) -> VerifiedEmail | None:
    """Use up a link: its address is verified and becomes the account's.

    Return None if the link was used or replaced or has expired. Raises EmailTaken if another
    account has taken the address meanwhile.
    """
    notice_id: UUID | None = None
    try:
        with write_transaction() as session:
            row = session.scalar(
                sa.select(EmailVerification)
                .where(
                    EmailVerification.token_hash == hash_token(token),
                    EmailVerification.expires_at > now,
                )
                .with_for_update()
                .execution_options(populate_existing=True)
            )
            if row is None:
                return None
            account_id = row.account_id
            account = session.get_one(Account, account_id, populate_existing=True)
            if account.suspended_at is not None:
                return None
            leader = Leader(account)
            if not hmac.compare_digest(row.email_lookup, account.email_lookup):
                notice_id = new_id()
                session.add(
                    _build_notice(notice_id, leader.cipher, NoticeKind.CHANGED, leader.email, now)
                )
                email = _to_pending_verification(row, leader).email
                set_email(leader.cipher, account, email)
                end_links(session, account_id)
            account.email_verified_at = now
            session.execute(
                sa.delete(EmailVerification).where(EmailVerification.account_id == account_id)
            )
    except IntegrityError as error:
        raise EmailTaken from error
    return VerifiedEmail(account_id, notice_id)


def find_notice(notice_id: UUID, *, now: Instant) -> tuple[str, NoticeKind] | None:
    """Return the address of a notice and its kind; None if it was sent or has expired."""
    found = db.session.execute(
        sa.select(EmailNotice, Account)
        .join(Account, Account.id == EmailNotice.account_id)
        .where(EmailNotice.id == notice_id, EmailNotice.expires_at > now)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    email = Leader(account).cipher.decrypt_text(
        row.email_encrypted, table="email_notices", column="email_encrypted", row=row.id
    )
    return email, NoticeKind(row.kind)


def delete_notice(notice_id: UUID) -> None:
    """Delete a notice that was sent."""
    with write_transaction() as session:
        session.execute(sa.delete(EmailNotice).where(EmailNotice.id == notice_id))


def _find_verification_where(
    condition: sa.ColumnElement[bool], now: Instant
) -> PendingVerification | None:
    found = db.session.execute(
        sa.select(EmailVerification, Account)
        .join(Account, Account.id == EmailVerification.account_id)
        .where(condition, EmailVerification.expires_at > now, Account.suspended_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    return _to_pending_verification(row, Leader(account))


def _to_pending_verification(row: EmailVerification, leader: Leader) -> PendingVerification:
    email = leader.cipher.decrypt_text(
        row.email_encrypted, table="email_verifications", column="email_encrypted", row=row.id
    )
    is_change = not hmac.compare_digest(row.email_lookup, hash_email(leader.email))
    return PendingVerification(row.id, row.account_id, email, is_change)


def _build_notice(
    notice_id: UUID, cipher: Cipher, kind: NoticeKind, email: str, now: Instant
) -> EmailNotice:
    return EmailNotice(
        id=notice_id,
        account_id=cipher.account,
        kind=kind.value,
        email_encrypted=_encrypt_email(cipher, "email_notices", notice_id, email),
        expires_at=Instant(now + NOTICE_LIFETIME),
    )


def _encrypt_email(cipher: Cipher, table: str, row: UUID, email: str) -> bytes:
    return cipher.encrypt_text(email, table=table, column="email_encrypted", row=row)
