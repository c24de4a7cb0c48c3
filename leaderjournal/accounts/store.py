"""The SQL of accounts: registering, signing in, tokens, and erasing."""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import time
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from blinker import Signal
from flask_login import UserMixin
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from leaderjournal.accounts import passwords
from leaderjournal.accounts.invitations.models import Invitation
from leaderjournal.accounts.models import (
    Account,
    ApiToken,
    BrowserSession,
    EndedSession,
    LookupKey,
    PasswordReset,
)
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.practice_calendar.rules import (
    MONDAY_TO_FRIDAY,
    PracticeCalendar,
    find_short_days,
)
from leaderjournal.accounts.quotas import check_tokens, select_excess_sessions
from leaderjournal.accounts.rules import (
    LONGEST_SESSION,
    SESSION_EXTENDED_AFTER,
    SESSION_LIFETIME,
    TOKEN_LIFETIME,
    normalize_email,
)
from leaderjournal.accounts.verification.models import EmailNotice, EmailVerification
from leaderjournal.kernel.context import get_key_encryption, get_settings
from leaderjournal.kernel.database import count_changed_rows, db, new_id, upsert, write_transaction
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, LocalDate, get_local_day
from leaderjournal.kernel.encryption import Cipher, DecryptionFailed, WrappedKey

LOOKUP_OWNER = UUID(int=0)

local_days_changed = Signal("a leader's zone or start of day has changed")
"""Sent with the session of the change and `moved`, for rooms above that reckon with local days."""


@dataclass(frozen=True, slots=True)
class LocalDaysChange:
    """A leader whose local days run otherwise from the instant `now` on."""

    account_id: UUID
    old_zone: str
    new_zone: str
    day_starts_at: time
    now: Instant


class EmailTaken(Exception):
    """Another account has this address."""


class Suspended(Exception):
    """The operator has suspended the account."""


class Leader(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The leader whose request this is; what is encrypted in the row is open here."""

    def __init__(
        self, account: Account, *, session_id: UUID | None = None, session_token: str = ""
    ) -> None:
        key = WrappedKey(account.key_wrapped_by, account.key_wrapped)
        self.id = account.id
        self.cipher = Cipher(account.id, get_key_encryption().unwrap(key, account.id))
        self.email = _decrypt(self.cipher, "email_encrypted", account.email_encrypted)
        self.email_verified_at = account.email_verified_at
        self.name = _decrypt(self.cipher, "name_encrypted", account.name_encrypted)
        self.time_zone = account.time_zone
        self.day_starts_at = account.day_starts_at
        self.language = account.language
        self.joined_on = account.joined_on
        self.cache_version = account.cache_version
        self.session_id = session_id
        self.session_token = session_token
        self.is_session_extended = False
        """Whether the session was prolonged by this request, so that its cookie has to be too."""

    def get_id(self) -> str:
        """Return what the browser's session keeps: its token, never the account's id."""
        return self.session_token

    def today(self, now: Instant) -> LocalDate:
        """Return the leader's local day at `now`."""
        return get_local_day(now, self.time_zone, self.day_starts_at)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """An API token as its owner sees it in a list."""

    id: UUID
    label: str
    created_at: Instant
    expires_at: Instant


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
    """Create an account; nobody signs in to one without a password. Raises EmailTaken.

    `on_create` is called inside the transaction: what it raises leaves no account behind.
    """
    account_id = new_id()
    key = get_key_encryption().create_key(account_id)
    cipher = Cipher(account_id, get_key_encryption().unwrap(key, account_id))
    joined_on = get_local_day(now, time_zone, DAY_STARTS_AT)
    account = Account(
        id=account_id,
        email_lookup=_hash_email(email),
        email_encrypted=_encrypt(cipher, "email_encrypted", email),
        name_encrypted=_encrypt(cipher, "name_encrypted", name),
        password_hash="" if password is None else passwords.hash_password(password),
        time_zone=time_zone,
        day_starts_at=DAY_STARTS_AT,
        language=language,
        joined_on=joined_on,
        created_at=now,
        key_wrapped_by=key.wrapped_by,
        key_wrapped=key.wrapped,
    )
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


def find_account_id(email: str) -> UUID | None:
    """Return the id of the account with this address."""
    return db.session.scalar(
        sa.select(Account.id).where(Account.email_lookup == _hash_email(email))
    )


def derive_device_key(email: str) -> bytes | None:
    """Return the key that makes devices known to the account with this address, if there is one.

    It changes with the password.
    """
    account = db.session.scalar(
        sa.select(Account).where(Account.email_lookup == _hash_email(email))
    )
    if account is None:
        return None
    bound = f"known device|{account.id.hex}|{account.password_hash}"
    return hmac.digest(get_settings().secret_key.encode(), bound.encode(), "sha256")


def find_leader(account_id: UUID) -> Leader | None:
    """Return the leader of an account."""
    account = db.session.get(Account, account_id)
    return Leader(account) if account else None


def find_active_leader(account_id: UUID) -> Leader | None:
    """Return the leader of an account that is not suspended."""
    account = db.session.get(Account, account_id, populate_existing=True)
    return Leader(account) if account and account.suspended_at is None else None


def find_ciphers(session: Session, accounts: Collection[UUID]) -> dict[UUID, Cipher]:
    """Return the cipher of each of these accounts that is there and whose key is configured."""
    columns = sa.select(Account.id, Account.key_wrapped_by, Account.key_wrapped)
    keys = get_key_encryption()
    found = {}
    for account, wrapped_by, wrapped in session.execute(columns.where(Account.id.in_(accounts))):
        with suppress(DecryptionFailed):
            key = WrappedKey(wrapped_by, wrapped)
            found[account] = Cipher(account, keys.unwrap(key, account))
    return found


def hash_for_lookup(kind: str, value: str) -> bytes:
    """Return a hash of `value` for look-ups, which nobody can reckon without the keys."""
    return hmac.digest(_load_lookup_key(), f"{kind}\0{value}".encode(), "sha256")


def lock_day_settings(session: Session, accounts: Collection[UUID]) -> dict[UUID, tuple[str, time]]:
    """Return the IANA zone of each of these accounts and the hour at which its days start.

    They stay until the caller's transaction ends; one that is being erased is left out, so that
    rows can be added to many accounts at once without waiting for any.
    """
    rows = session.execute(
        sa.select(Account.id, Account.time_zone, Account.day_starts_at)
        .where(Account.id.in_(accounts))
        .with_for_update(read=True, key_share=True, skip_locked=True)
    )
    return {account: (zone, day_starts_at) for account, zone, day_starts_at in rows}


def lock_against_erasing(session: Session, accounts: Collection[UUID]) -> set[UUID]:
    """Return which of these accounts are there; they stay until the caller's transaction ends.

    So rows may be added to many accounts at once though one of them is being erased. On SQLite
    the transaction itself keeps every other writer out.
    """
    rows = session.scalars(
        sa.select(Account.id)
        .where(Account.id.in_(accounts))
        .order_by(Account.id)
        .with_for_update(read=True, key_share=True)
    )
    return set(rows)


def authenticate(email: str, password: str) -> Leader | None:
    """Return the leader whose address and password these are.

    Raises Suspended, which only who knows the password gets to hear.
    """
    account = db.session.scalar(
        sa.select(Account).where(Account.email_lookup == _hash_email(email))
    )
    right = passwords.verify_password(password, account.password_hash if account else None)
    if account is None or not right:
        return None
    if account.suspended_at is not None:
        raise Suspended
    return Leader(account)


def has_password(account_id: UUID, password: str) -> bool:
    """Tell whether `password` is the account's."""
    account = db.session.get_one(Account, account_id)
    return passwords.verify_password(password, account.password_hash)


def start_session(account_id: UUID, *, device: str, now: Instant) -> str:
    """Begin a session; return its token, which only the browser keeps."""
    token = secrets.token_urlsafe(32)
    row = BrowserSession(
        account_id=account_id,
        token_hash=_hash_token(token),
        device=device,
        created_at=now,
        last_seen_at=now,
        expires_at=Instant(now + SESSION_LIFETIME),
    )
    with write_transaction() as session:
        session.add(row)
        session.flush()
        if over := list(session.scalars(select_excess_sessions(account_id))):
            _end_matching(session, [BrowserSession.id.in_(over)], now)
    return token


def find_leader_by_session(token: str, *, now: Instant) -> Leader | None:
    """Return the leader whose session this is, unless it has ended."""
    found = db.session.execute(
        sa.select(BrowserSession, Account)
        .join(Account, Account.id == BrowserSession.account_id)
        .where(
            BrowserSession.token_hash == _hash_token(token),
            BrowserSession.expires_at > now,
            BrowserSession.created_at > now - LONGEST_SESSION,
            Account.suspended_at.is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    leader = Leader(account, session_id=row.id, session_token=token)
    if now - row.last_seen_at > SESSION_EXTENDED_AFTER:
        # Pages stay readable where nothing can be written just now.
        with suppress(OperationalError), write_transaction() as session:
            session.execute(
                sa.update(BrowserSession)
                .where(BrowserSession.id == row.id)
                .values(
                    last_seen_at=now,
                    expires_at=min(now + SESSION_LIFETIME, row.created_at + LONGEST_SESSION),
                )
            )
        leader.is_session_extended = True
    return leader


def rotate_session_token(leader: Leader, *, now: Instant) -> str | None:
    """Let the leader's session go on under a new token; return it, None where it has ended.

    The earlier token is not remembered as ended on purpose: a request that is under way with it
    would take what the device keeps away.
    """
    token = secrets.token_urlsafe(32)
    renewed = {
        "token_hash": _hash_token(token),
        "created_at": now,
        "last_seen_at": now,
        "expires_at": Instant(now + SESSION_LIFETIME),
    }
    stands = (
        BrowserSession.id == leader.session_id,
        BrowserSession.token_hash == _hash_token(leader.session_token),
    )
    with write_transaction() as session:
        changed = count_changed_rows(
            session, sa.update(BrowserSession).where(*stands).values(renewed)
        )
    return token if changed else None


def list_sessions(account_id: UUID) -> list[BrowserSession]:
    """Return the account's sessions, the latest used first."""
    query = sa.select(BrowserSession).where(BrowserSession.account_id == account_id)
    return list(db.session.scalars(query.order_by(BrowserSession.last_seen_at.desc())))


def end_sessions(
    account_id: UUID, *, now: Instant, only: UUID | None = None, but: UUID | None = None
) -> int:
    """End sessions of the account: one, all, or all but one; return how many."""
    which = [BrowserSession.account_id == account_id]
    if only is not None:
        which.append(BrowserSession.id == only)
    if but is not None:
        which.append(BrowserSession.id != but)
    with write_transaction() as session:
        return _end_matching(session, which, now)


def end_all_sessions(session: Session, account_id: UUID, *, now: Instant) -> None:
    """End every session of the account, inside the caller's transaction."""
    _end_matching(session, [BrowserSession.account_id == account_id], now)


def _end_matching(session: Session, which: Sequence[sa.ColumnElement[bool]], now: Instant) -> int:
    """End sessions inside the caller's transaction; that they were ended is remembered."""
    ended = session.scalars(sa.select(BrowserSession.token_hash).where(*which)).all()
    if ended:
        marks = [{"token_hash": _hash_ended_token(of), "ended_at": now} for of in ended]
        session.execute(upsert(session, EndedSession).on_conflict_do_nothing(), marks)
    return count_changed_rows(session, sa.delete(BrowserSession).where(*which))


def was_ended(token: str) -> bool:
    """Tell whether the session of this token was ended on purpose, and did not merely expire."""
    token_hash = _hash_token(token)
    marks = _hash_ended_token(token_hash), token_hash  # as it was remembered before
    query = sa.select(EndedSession.token_hash).where(EndedSession.token_hash.in_(marks))
    return db.session.scalar(query) is not None


def _hash_ended_token(token_hash: bytes) -> bytes:
    """Return what is remembered of an ended session: nobody finds by it which one that was."""
    secret = get_settings().secret_key.encode()
    return hmac.digest(secret, b"ended session" + token_hash, "sha256")


def create_token(cipher: Cipher, *, label: str, now: Instant) -> tuple[str, StoredToken]:
    """Create an API token; return it, this once, with what the list will show.

    Raises QuotaReached.
    """
    token = f"lj_{secrets.token_urlsafe(32)}"
    token_id = new_id()
    row = ApiToken(
        id=token_id,
        account_id=cipher.account,
        token_hash=_hash_token(token),
        label_encrypted=cipher.encrypt_text(
            label, table="api_tokens", column="label_encrypted", row=token_id
        ),
        created_at=now,
        expires_at=Instant(now + TOKEN_LIFETIME),
    )
    with write_transaction() as session:
        check_tokens(session, cipher.account)
        session.add(row)
    return token, StoredToken(token_id, label, row.created_at, row.expires_at)


def find_leader_by_token(token: str, *, now: Instant) -> Leader | None:
    """Return the leader for whom this API token acts, unless it has expired."""
    account = db.session.scalar(
        sa.select(Account)
        .join(ApiToken, ApiToken.account_id == Account.id)
        .where(
            ApiToken.token_hash == _hash_token(token),
            ApiToken.expires_at > now,
            Account.suspended_at.is_(None),
        )
    )
    return Leader(account) if account else None


def list_tokens(cipher: Cipher) -> list[StoredToken]:
    """Return the account's API tokens, newest first."""
    query = sa.select(ApiToken).where(ApiToken.account_id == cipher.account)
    return [
        StoredToken(
            row.id,
            cipher.decrypt_text(
                row.label_encrypted, table="api_tokens", column="label_encrypted", row=row.id
            ),
            row.created_at,
            row.expires_at,
        )
        for row in db.session.scalars(query.order_by(ApiToken.id.desc()))
    ]


def revoke_token(account_id: UUID, token_id: UUID) -> bool:
    """Revoke an API token of the account; tell whether there was one."""
    return bool(
        _delete(
            sa.delete(ApiToken).where(ApiToken.account_id == account_id, ApiToken.id == token_id)
        )
    )


def change_settings(
    leader: Leader,
    *,
    now: Instant,
    name: str | None = None,
    time_zone: str | None = None,
    day_starts_at: time | None = None,
    practice_days: frozenset[int] | None = None,
    language: str | None = None,
) -> Leader:
    """Change what the leader set about themselves; return the leader as they are now.

    New practice days hold from the leader's today on. A journey that cuts a local day short
    excuses that day. Days already written stay the local days they were.
    """
    with write_transaction() as session:
        account = session.get_one(Account, leader.id, populate_existing=True)
        before = account.time_zone, account.day_starts_at
        if name is not None:
            account.name_encrypted = _encrypt(leader.cipher, "name_encrypted", name)
        if language is not None:
            account.language = language
        if time_zone is not None and time_zone != account.time_zone:
            cut = find_short_days(now, account.time_zone, time_zone, account.day_starts_at)
            calendar_store.add_short_days(session, leader.id, cut)
            account.time_zone = time_zone
        if day_starts_at is not None:
            account.day_starts_at = day_starts_at
        if practice_days is not None:
            today = get_local_day(now, account.time_zone, account.day_starts_at)
            if practice_days != calendar_store.load_practice_days(leader.id):
                calendar_store.set_practice_days(
                    session, leader.id, practice_days, effective_from=today
                )
        if (account.time_zone, account.day_starts_at) != before:
            change_of_days = LocalDaysChange(
                leader.id, before[0], account.time_zone, account.day_starts_at, now
            )
            local_days_changed.send(session, moved=change_of_days)
    return Leader(account, session_id=leader.session_id)


def import_settings(
    leader: Leader,
    *,
    name: str,
    time_zone: str,
    day_starts_at: time,
    language: str,
    joined_on: LocalDate,
    calendar: PracticeCalendar,
    now: Instant,
) -> Leader:
    """Take over what an export says of its leader, their practice calendar as it was included."""
    with write_transaction() as session:
        account = session.get_one(Account, leader.id, populate_existing=True)
        old_zone = account.time_zone
        account.name_encrypted = _encrypt(leader.cipher, "name_encrypted", name)
        account.time_zone, account.day_starts_at = time_zone, day_starts_at
        account.language = language
        account.joined_on = min(account.joined_on, joined_on)
        calendar_store.replace_calendar(session, leader.id, calendar)
        local_days_changed.send(
            session, moved=LocalDaysChange(leader.id, old_zone, time_zone, day_starts_at, now)
        )
    return Leader(account, session_id=leader.session_id)


def lock_account(session: Session, account_id: UUID) -> None:
    """Let others that hold the account wait until the caller's transaction is over.

    What refers to the account, such as a day that is written meanwhile, need not wait.
    """
    account = sa.select(Account.id).where(Account.id == account_id)
    session.execute(account.with_for_update(key_share=True))


def increment_cache_version(account_id: UUID) -> None:
    """Let devices know that texts of the account were changed, so that older copies go."""
    with write_transaction() as session:
        version = Account.cache_version + 1
        session.execute(
            sa.update(Account).where(Account.id == account_id).values(cache_version=version)
        )


def change_email(leader: Leader, email: str, *, verified_at: Instant | None = None) -> None:
    """Give the account another address, and let every link that was sent end. Raises EmailTaken.

    `verified_at` is when its owner proved to read it; None where nobody has.
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
    """Give an account another address, inside the caller's transaction."""
    account.email_lookup = _hash_email(email)
    account.email_encrypted = _encrypt(cipher, "email_encrypted", email)


def change_password(account_id: UUID, password: str, *, keep: UUID | None, now: Instant) -> None:
    """Set a new password and end every other session, and every token and link."""
    password_hash = passwords.hash_password(password)
    with write_transaction() as session:
        session.execute(
            sa.update(Account).where(Account.id == account_id).values(password_hash=password_hash)
        )
        kept = [BrowserSession.id != keep] if keep else []
        _end_matching(session, [BrowserSession.account_id == account_id, *kept], now)
        session.execute(sa.delete(ApiToken).where(ApiToken.account_id == account_id))
        end_links(session, account_id)


def end_links(session: Session, account_id: UUID) -> None:
    """Let no link work any more that was sent to the account, inside the caller's transaction."""
    for links in (PasswordReset, EmailVerification):
        session.execute(sa.delete(links).where(links.account_id == account_id))


def erase(account_id: UUID, *, now: Instant) -> None:
    """Erase the account, its data key and all it wrote, in every room."""
    with write_transaction() as session:
        _end_matching(session, [BrowserSession.account_id == account_id], now)
        session.execute(sa.delete(Account).where(Account.id == account_id))


def clear_expired(*, now: Instant) -> int:
    """Forget sessions, tokens, links and invitations that have expired; return how many.

    That a session was ended is remembered for as long as a browser may keep its cookie.
    """
    expired = [
        *(
            sa.delete(table).where(table.expires_at <= now)
            for table in (
                BrowserSession,
                ApiToken,
                PasswordReset,
                EmailVerification,
                EmailNotice,
                Invitation,
            )
        ),
        sa.delete(EndedSession).where(EndedSession.ended_at <= now - SESSION_LIFETIME),
    ]
    return sum(map(_delete, expired))


def count_accounts_without_key() -> int:
    """Return how many accounts are wrapped by a key that the configuration lacks."""
    configured = get_key_encryption().identifiers
    query = sa.select(sa.func.count()).select_from(Account)
    return db.session.scalar(query.where(Account.key_wrapped_by.not_in(configured))) or 0


def _delete(statement: Any) -> int:
    with write_transaction() as session:
        return count_changed_rows(session, statement)


def _hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()  # 256 random bits need no slow hash


def hash_email(email: str) -> bytes:
    """Return the keyed hash under which an address is looked up."""
    return _hash_email(email)


def _hash_email(email: str) -> bytes:
    return hmac.digest(_load_lookup_key(), normalize_email(email).encode(), "sha256")


def derive_lookup_key(purpose: str) -> bytes:
    """Return a key of the service for one purpose; what is hashed with it matches no other hash."""
    return hmac.digest(_load_lookup_key(), purpose.encode(), "sha256")


def _load_lookup_key() -> bytes:
    row = db.session.get(LookupKey, 1) or _create_lookup_key()
    return get_key_encryption().unwrap(WrappedKey(row.wrapped_by, row.wrapped), LOOKUP_OWNER)


def _create_lookup_key() -> LookupKey:
    key = get_key_encryption().create_key(LOOKUP_OWNER)
    with write_transaction() as session:
        values = {"id": 1, "wrapped_by": key.wrapped_by, "wrapped": key.wrapped}
        session.execute(upsert(session, LookupKey).values(values).on_conflict_do_nothing())
    return db.session.get_one(LookupKey, 1)


def _encrypt(cipher: Cipher, column: str, text: str) -> bytes:
    return cipher.encrypt_text(text, table="accounts", column=column, row=cipher.account)


def _decrypt(cipher: Cipher, column: str, encrypted: bytes) -> str:
    return cipher.decrypt_text(encrypted, table="accounts", column=column, row=cipher.account)
