"""The SQL of verified addresses: a link proves that a leader reads what is sent to an address."""

import hmac
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from leaderjournal.accounts import store
from leaderjournal.accounts.links import hash_token, make_token
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.store import EmailTaken, Leader
from leaderjournal.accounts.verification.models import EmailNotice, EmailProof
from leaderjournal.accounts.verification.rules import NOTICE_LASTS, PROOF_LASTS
from leaderjournal.kernel.database import db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher


class Notice(StrEnum):
    """What an address is told that may be the account's no more."""

    CHANGE_ASKED = "change-asked"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class OpenProof:
    """A link that was not used yet: to which address it went, and whether that would be new."""

    id: UUID
    account_id: UUID
    email: str
    is_change: bool


@dataclass(frozen=True, slots=True)
class Verified:
    """What a link did: `notice_id` is of the mail to the address that the account had before."""

    account_id: UUID
    notice_id: UUID | None


def begin_proof(leader: Leader, email: str, *, now: Instant) -> UUID:
    """Make a link that verifies `email` for the leader; return the proof's id.

    It takes the place of an earlier one. A new address becomes the account's once it is verified.
    """
    proof_id = new_id()
    fresh = {
        "id": proof_id,
        "token_hash": hash_token(token_of(proof_id)),
        "email_lookup": store.hash_email(email),
        "email_encrypted": _encrypt(leader.cipher, "email_verifications", proof_id, email),
        "expires_at": Instant(now + PROOF_LASTS),
    }
    with write_transaction() as session:
        session.execute(
            upsert(session, EmailProof)
            .values(fresh | {"account_id": leader.id})
            .on_conflict_do_update(index_elements=["account_id"], set_=fresh)
        )
    return proof_id


def begin_change(leader: Leader, email: str, *, now: Instant) -> tuple[UUID, UUID]:
    """Ask for another address, and have the present one hear of it; return proof and notice.

    Raises EmailTaken.
    """
    if store.account_id_of(email) not in {None, leader.id}:
        raise EmailTaken
    proof_id = begin_proof(leader, email, now=now)
    notice_id = new_id()
    with write_transaction() as session:
        session.add(_notice(notice_id, leader.cipher, Notice.CHANGE_ASKED, leader.email, now))
    return proof_id, notice_id


def token_of(proof_id: UUID) -> str:
    """Return the token of a proof's link."""
    return make_token("proof", proof_id)


def find_proof_of(leader: Leader, *, now: Instant) -> OpenProof | None:
    """Return the link that waits to be used by this leader."""
    row = db.session.scalar(
        sa.select(EmailProof)
        .where(EmailProof.account_id == leader.id, EmailProof.expires_at > now)
        .execution_options(populate_existing=True)
    )
    return _decrypt(row, leader) if row else None


def find_proof(proof_id: UUID, *, now: Instant) -> OpenProof | None:
    """Return the proof that is to be sent; None once it is used, replaced or over."""
    return _found(EmailProof.id == proof_id, now)


def find_proof_by_token(token: str, *, now: Instant) -> OpenProof | None:
    """Return the proof of this token, unless it was used, replaced, or its time is over."""
    return _found(EmailProof.token_hash == hash_token(token), now)


def cancel(account_id: UUID) -> None:
    """Let the link that waits work no more."""
    with write_transaction() as session:
        session.execute(sa.delete(EmailProof).where(EmailProof.account_id == account_id))


def verify(token: str, *, now: Instant) -> Verified | None:
    """Use up a link: its address is verified, and the account's from now on.

    None where the link was used, replaced, or its time is over. Raises EmailTaken where another
    account has taken the address meanwhile.
    """
    notice_id: UUID | None = None
    try:
        with write_transaction() as session:
            row = session.scalar(
                sa.select(EmailProof)
                .where(EmailProof.token_hash == hash_token(token), EmailProof.expires_at > now)
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
                session.add(_notice(notice_id, leader.cipher, Notice.CHANGED, leader.email, now))
                store.set_email(leader.cipher, account, _decrypt(row, leader).email)
                store.end_links(session, account_id)
            account.email_verified_at = now
            session.execute(sa.delete(EmailProof).where(EmailProof.account_id == account_id))
    except IntegrityError as error:
        raise EmailTaken from error
    return Verified(account_id, notice_id)


def find_notice(notice_id: UUID, *, now: Instant) -> tuple[str, Notice] | None:
    """Return to which address a notice goes and what it says; None once it is sent or over."""
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
    return email, Notice(row.kind)


def forget_notice(notice_id: UUID) -> None:
    """Forget a notice that was sent."""
    with write_transaction() as session:
        session.execute(sa.delete(EmailNotice).where(EmailNotice.id == notice_id))


def _found(which: sa.ColumnElement[bool], now: Instant) -> OpenProof | None:
    found = db.session.execute(
        sa.select(EmailProof, Account)
        .join(Account, Account.id == EmailProof.account_id)
        .where(which, EmailProof.expires_at > now, Account.suspended_at.is_(None))
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    return _decrypt(row, Leader(account))


def _decrypt(row: EmailProof, leader: Leader) -> OpenProof:
    email = leader.cipher.decrypt_text(
        row.email_encrypted, table="email_verifications", column="email_encrypted", row=row.id
    )
    is_change = not hmac.compare_digest(row.email_lookup, store.hash_email(leader.email))
    return OpenProof(row.id, row.account_id, email, is_change)


def _notice(notice_id: UUID, cipher: Cipher, kind: Notice, email: str, now: Instant) -> EmailNotice:
    return EmailNotice(
        id=notice_id,
        account_id=cipher.account,
        kind=kind.value,
        email_encrypted=_encrypt(cipher, "email_notices", notice_id, email),
        expires_at=Instant(now + NOTICE_LASTS),
    )


def _encrypt(cipher: Cipher, table: str, row: UUID, email: str) -> bytes:
    return cipher.encrypt_text(email, table=table, column="email_encrypted", row=row)
