"""The SQL of the second factor: setting it up, checking codes, turning it off."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from leaderjournal.accounts.second_factor.codes import (
    RECOVERY_CODES,
    create_recovery_code,
    create_secret,
    find_step,
    normalize_recovery_code,
    parse_code,
)
from leaderjournal.accounts.second_factor.models import RecoveryCode, SecondFactor
from leaderjournal.kernel.database import count_changed_rows, db, write_transaction
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.tokens import hash_token

SECRET = {"table": "second_factors", "column": "secret_encrypted"}
"""The place that a secret is encrypted for."""

SETUP_LIFETIME = timedelta(hours=1)
"""How long after it was shown a secret can be confirmed."""


@dataclass(frozen=True, slots=True)
class FactorStatus:
    """What the settings say of a factor that is on."""

    confirmed_at: Instant
    codes_left: int


def is_on(account_id: UUID) -> bool:
    """Tell whether signing in to the account takes a second factor."""
    return db.session.scalar(_select_confirmed(account_id)) is not None


def load_status(account_id: UUID) -> FactorStatus | None:
    """Return the status of the account's factor, or None if it is off."""
    confirmed_at = db.session.scalar(_select_confirmed(account_id))
    if confirmed_at is None:
        return None
    codes = sa.select(sa.func.count()).where(RecoveryCode.account_id == account_id)
    return FactorStatus(confirmed_at, db.session.scalars(codes).one())


def start_setup(cipher: Cipher, *, now: Instant) -> bool:
    """Create the secret to be confirmed, in place of an earlier one; do nothing if it is on."""
    account_id = cipher.account
    with write_transaction() as session:
        row = session.get(SecondFactor, account_id, populate_existing=True)
        if row is not None and row.confirmed_at is not None:
            return False
        row = row or SecondFactor(account_id=account_id)
        row.secret_encrypted = cipher.encrypt_bytes(create_secret(), **SECRET, row=account_id)
        row.started_at, row.last_step = now, None
        session.add(row)
    return True


def find_setup_secret(cipher: Cipher, *, now: Instant) -> bytes | None:
    """Return the secret that waits to be confirmed, if there is one of the last hour."""
    row = db.session.get(SecondFactor, cipher.account, populate_existing=True)
    if row is None or row.confirmed_at is not None or row.started_at <= now - SETUP_LIFETIME:
        return None
    return _decrypt_secret(cipher, row)


def confirm_setup(cipher: Cipher, code: str, *, now: Instant) -> list[str] | None:
    """Turn the factor on if the app shows this code; return new recovery codes, this once.

    Returns None if the code is wrong or nothing waits to be confirmed.
    """
    secret = find_setup_secret(cipher, now=now)
    step = None if secret is None else find_step(secret, parse_code(code), now=now, after=None)
    if step is None:
        return None
    turned_on = (
        sa.update(SecondFactor)
        .where(SecondFactor.account_id == cipher.account, SecondFactor.confirmed_at.is_(None))
        .values(confirmed_at=now, last_step=step)
    )
    with write_transaction() as session:
        if not count_changed_rows(session, turned_on):
            return None
        return _replace_recovery_codes(session, cipher.account)


def use_code(cipher: Cipher, code: str, *, now: Instant) -> bool:
    """Use a code of the app, or a recovery code; tell whether it was right. Each works once."""
    if parse_code(code):
        return _use_app_code(cipher, parse_code(code), now=now)
    used = sa.delete(RecoveryCode).where(
        RecoveryCode.account_id == cipher.account,
        RecoveryCode.code_hash == hash_token(normalize_recovery_code(code)),
    )
    with write_transaction() as session:
        return bool(count_changed_rows(session, used))


def renew_recovery_codes(account_id: UUID) -> list[str]:
    """Replace the account's recovery codes; return the new ones, this once."""
    with write_transaction() as session:
        return _replace_recovery_codes(session, account_id)


def turn_off(account_id: UUID) -> bool:
    """Forget the account's app and its recovery codes; tell whether the factor was on."""
    was_on = is_on(account_id)
    with write_transaction() as session:
        for table in (RecoveryCode, SecondFactor):
            session.execute(sa.delete(table).where(table.account_id == account_id))
    return was_on


def _select_confirmed(account_id: UUID) -> sa.Select[Any]:
    return sa.select(SecondFactor.confirmed_at).where(SecondFactor.account_id == account_id)


def _use_app_code(cipher: Cipher, code: str, *, now: Instant) -> bool:
    row = db.session.get(SecondFactor, cipher.account, populate_existing=True)
    if row is None or row.confirmed_at is None:
        return False
    step = find_step(_decrypt_secret(cipher, row), code, now=now, after=row.last_step)
    if step is None:
        return False
    # Of two requests with one code, only the first finds an earlier step.
    used = (
        sa.update(SecondFactor)
        .where(
            SecondFactor.account_id == cipher.account,
            sa.or_(SecondFactor.last_step.is_(None), SecondFactor.last_step < step),
        )
        .values(last_step=step)
    )
    with write_transaction() as session:
        return bool(count_changed_rows(session, used))


def _decrypt_secret(cipher: Cipher, row: SecondFactor) -> bytes:
    return cipher.decrypt_bytes(row.secret_encrypted, **SECRET, row=row.account_id)


def _replace_recovery_codes(session: Session, account_id: UUID) -> list[str]:
    codes = [create_recovery_code() for _ in range(RECOVERY_CODES)]
    session.execute(sa.delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.add_all(
        RecoveryCode(account_id=account_id, code_hash=hash_token(code)) for code in codes
    )
    session.flush()
    return codes
