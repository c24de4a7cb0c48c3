"""The SQL of accounts: creating and finding them, and their addresses."""

import hmac
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderjournal.accounts.api_tokens.scopes import ALL_SCOPES, Scope
from leaderjournal.accounts.links.store import end_links
from leaderjournal.accounts.lookup.store import hash_email
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.passwords.hashing import hash_password, verify_password
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import MONDAY_TO_FRIDAY, PracticeDays
from leaderjournal.accounts.tips.rules import Tip
from leaderjournal.kernel.context import get_key_encryption, get_settings
from leaderjournal.kernel.database import db, new_id, write_transaction
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, LocalDate, get_local_day
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed, WrappedKey


class EmailTaken(Exception):
    """Another account has this address."""


class Suspended(Exception):
    """The operator has suspended the account."""


def select_leaders() -> sa.Select[Any]:
    """Return the statement that reads all that a Leader is made of, to be narrowed and prepared."""
    weekdays = calendar_store.select_weekdays(Account.id).label("weekdays")
    return sa.select(*Account.__table__.c, weekdays)


class Leader(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """A leader with what their account holds; name and address are decrypted when asked for.

    `account` is an Account, or a row of `select_leaders`.
    """

    def __init__(
        self,
        account: Account | sa.Row[*tuple[Any, ...]],
        *,
        session_id: UUID | None = None,
        session_token: str = "",
        scopes: frozenset[Scope] = ALL_SCOPES,
    ) -> None:
        key = WrappedKey(account.key_wrapped_by, account.key_wrapped)
        self.id = account.id
        self.cipher = Cipher(account.id, get_key_encryption().unwrap(key, account.id))
        self.email_verified_at = account.email_verified_at
        self.time_zone = account.time_zone
        self.day_starts_at = account.day_starts_at
        self.language = account.language
        self.joined_on = account.joined_on
        self.cache_version = account.cache_version
        self.closed_tips = Tip(account.closed_tips)
        self.session_id = session_id
        self.session_token = session_token
        self.scopes = scopes
        """What the request may do: all, or what its API token allows."""
        self.is_session_extended = False
        """Whether this request extended the session, so that its cookie has to be sent again."""
        self._account = account

    @cached_property
    def email(self) -> str:
        """Their address."""
        return _decrypt(self.cipher, "email_encrypted", self._account.email_encrypted)

    @cached_property
    def name(self) -> str:
        """What they are called."""
        return _decrypt(self.cipher, "name_encrypted", self._account.name_encrypted)

    @cached_property
    def device_key(self) -> bytes:
        """The key that makes devices known to the account."""
        return derive_device_key(self.id, self._account.password_hash)

    @cached_property
    def practice_days(self) -> PracticeDays:
        """Their most recently set practice weekdays."""
        if isinstance(self._account, Account):
            return calendar_store.load_practice_days(self.id)
        return calendar_store.parse_weekdays(self._account.weekdays)

    def get_id(self) -> str:
        """Return what the browser's session keeps: its token, never the account's id."""
        return self.session_token

    def today(self, now: Instant) -> LocalDate:
        """Return the leader's local day at `now`."""
        return get_local_day(now, self.time_zone, self.day_starts_at)


def create_account(
    *,
    email: str,
    password: str | None,
    name: str,
    time_zone: str,
    language: str,
    now: Instant,
    on_create: Callable[[Session, Account], None] | None = None,
) -> Leader:
    """Create an account; without a password nobody can sign in to it. Raises EmailTaken.

    `on_create` is called inside the transaction: if it raises, no account is created.
    """
    account_id = new_id()
    key = get_key_encryption().create_key(account_id)
    cipher = Cipher(account_id, get_key_encryption().unwrap(key, account_id))
    joined_on = get_local_day(now, time_zone, DAY_STARTS_AT)
    account = Account(
        id=account_id,
        password_hash="" if password is None else hash_password(password),
        time_zone=time_zone,
        day_starts_at=DAY_STARTS_AT,
        language=language,
        joined_on=joined_on,
        created_at=now,
        key_wrapped_by=key.wrapped_by,
        key_wrapped=key.wrapped,
    )
    set_email(cipher, account, email)
    set_name(cipher, account, name)
    try:
        with write_transaction() as session:
            session.add(account)
            session.flush()
            if on_create is not None:
                on_create(session, account)
            calendar_store.set_practice_days(
                session, account_id, MONDAY_TO_FRIDAY, effective_from=joined_on
            )
    except IntegrityError as error:
        raise EmailTaken from error
    return Leader(account)


def find_account(email: str) -> Account | None:
    """Return the account with this address."""
    return db.session.scalar(sa.select(Account).where(Account.email_lookup == hash_email(email)))


def find_account_id(email: str) -> UUID | None:
    """Return the id of the account with this address."""
    return db.session.scalar(sa.select(Account.id).where(Account.email_lookup == hash_email(email)))


def iter_account_ids() -> Iterator[UUID]:
    """Yield the id of every account, oldest first."""
    yield from db.session.scalars(sa.select(Account.id).order_by(Account.id))


def get_joining_date(session: Session, account_id: UUID) -> LocalDate:
    """Return the local day on which the account's leader joined."""
    return session.scalars(sa.select(Account.joined_on).where(Account.id == account_id)).one()


def find_leader(account_id: UUID) -> Leader | None:
    """Return the leader of an account."""
    account = db.session.get(Account, account_id)
    return Leader(account) if account else None


def find_active_leader(account_id: UUID) -> Leader | None:
    """Return the leader of an account that is not suspended."""
    account = db.session.get(Account, account_id, populate_existing=True)
    return Leader(account) if account and account.suspended_at is None else None


def find_ciphers(session: Session, accounts: Collection[UUID]) -> dict[UUID, Cipher]:
    """Return the cipher of each of these accounts that exists and whose key is configured."""
    columns = sa.select(Account.id, Account.key_wrapped_by, Account.key_wrapped)
    keys = get_key_encryption()
    ciphers = {}
    for account, wrapped_by, wrapped in session.execute(columns.where(Account.id.in_(accounts))):
        with suppress(DecryptionFailed):
            key = WrappedKey(wrapped_by, wrapped)
            ciphers[account] = Cipher(account, keys.unwrap(key, account))
    return ciphers


def authenticate(account: Account | None, password: str) -> Leader | None:
    """Return the account's leader if this is their password; without an account, take as long.

    Raises Suspended, but only for the right password.
    """
    is_right = verify_password(password, account.password_hash if account else None)
    if account is None or not is_right:
        return None
    if account.suspended_at is not None:
        raise Suspended
    return Leader(account)


def derive_device_key(account_id: UUID, password_hash: str) -> bytes:
    """Return the key that makes devices known to the account; it changes with the password."""
    bound = f"known device|{account_id.hex}|{password_hash}"
    return hmac.digest(get_settings().secret_key.encode(), bound.encode(), "sha256")


def increment_cache_version(account_id: UUID) -> None:
    """Let devices know that texts of the account were changed, so that they drop older copies."""
    with write_transaction() as session:
        version = Account.cache_version + 1
        session.execute(
            sa.update(Account).where(Account.id == account_id).values(cache_version=version)
        )


def change_email(leader: Leader, email: str, *, verified_at: Instant | None = None) -> None:
    """Give the account another address and end every link that was sent. Raises EmailTaken.

    `verified_at` is when its owner proved to read the address; None if nobody has.
    """
    try:
        with write_transaction() as session:
            account = session.get_one(Account, leader.id, populate_existing=True)
            set_email(leader.cipher, account, email)
            account.email_verified_at = verified_at
            end_links(session, leader.id)
    except IntegrityError as error:
        raise EmailTaken from error


def set_email(cipher: Cipher, account: Account, email: str) -> None:
    """Give an account an address, inside the caller's transaction."""
    account.email_lookup = hash_email(email)
    account.email_encrypted = _encrypt(cipher, "email_encrypted", email)


def set_name(cipher: Cipher, account: Account, name: str) -> None:
    """Give an account a name, inside the caller's transaction."""
    account.name_encrypted = _encrypt(cipher, "name_encrypted", name)


def _encrypt(cipher: Cipher, column: str, text: str) -> bytes:
    return cipher.encrypt_text(text, table="accounts", column=column, row=cipher.account)


def _decrypt(cipher: Cipher, column: str, encrypted: bytes) -> str:
    return cipher.decrypt_text(encrypted, table="accounts", column=column, row=cipher.account)
