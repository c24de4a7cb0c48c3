"""The data keys of accounts: whether the configured keys unwrap them, and wrapping them anew."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

import sqlalchemy as sa

from leaderjournal.accounts.lookup.models import LookupKey
from leaderjournal.accounts.lookup.store import LOOKUP_OWNER
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.context import get_key_encryption
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.encryption import DecryptionFailed, WrappedKey

BATCH_SIZE = 100
"""How many data keys one write transaction takes: a few milliseconds, so that others go on."""


def find_key_problems() -> list[str]:
    """Return what the configured keys cannot decrypt, as sentences that name DATA_KEYS.

    One data key of each key-encryption key in use is tried, and the key for look-ups. Apart from
    one pass over their ids, that takes as long with twenty thousand accounts as with one.
    """
    return list(dict.fromkeys(_find_problems()))


def count_accounts_without_key() -> int:
    """Return how many accounts are wrapped by a key that the configuration lacks."""
    configured = get_key_encryption().identifiers
    query = sa.select(sa.func.count()).select_from(Account)
    return db.session.scalar(query.where(Account.key_wrapped_by.not_in(configured))) or 0


def _find_problems() -> Iterator[str]:
    keys = get_key_encryption()
    for key, owner in _load_samples():
        if key.wrapped_by not in keys.identifiers:
            yield (
                f"DATA_KEYS lacks the key {key.wrapped_by!r}, which wraps what is stored: put it"
                " back, or nothing that it encrypted can be read."
            )
            continue
        try:
            keys.unwrap(key, owner)
        except DecryptionFailed:
            yield (
                f"DATA_KEYS holds another key under the id {key.wrapped_by!r} than the one that"
                " wraps what is stored: put the right one back."
            )


def _load_samples() -> Iterator[tuple[WrappedKey, UUID]]:
    lookup = sa.select(LookupKey.wrapped_by, LookupKey.wrapped)
    for wrapped_by, wrapped in db.session.execute(lookup):
        yield WrappedKey(wrapped_by, wrapped), LOOKUP_OWNER
    for identifier in db.session.scalars(sa.select(Account.key_wrapped_by).distinct()).all():
        sample = sa.select(Account.key_wrapped, Account.id).limit(1)
        found = db.session.execute(sample.where(Account.key_wrapped_by == identifier)).first()
        if found is not None:
            yield WrappedKey(identifier, found[0]), found[1]


def rewrap_keys(
    report: Callable[[int, int], None] = lambda _done, _total: None,
) -> tuple[int, int]:
    """Wrap every data key by the newest key-encryption key; return how many, and how many failed.

    It may be stopped at any point and resumes when it is called again. After each batch, `report`
    gets how many are done and how many there were. A key that cannot be unwrapped stays as it is.
    """
    _rewrap_lookup_key()
    is_outdated = Account.key_wrapped_by != get_key_encryption().newest
    total = db.session.scalar(sa.select(sa.func.count(Account.id)).where(is_outdated)) or 0
    done = failed = 0
    last = UUID(int=0)
    while batch := _load_batch(is_outdated, after=last):
        last = batch[-1][0]
        changes = list(_rewrap(batch))
        failed += len(batch) - len(changes)
        done += _save_rewrapped(changes)
        report(done, max(total, done))
    return done, failed


def _load_batch(
    condition: sa.ColumnElement[bool], *, after: UUID
) -> Sequence[sa.Row[UUID, str, bytes]]:
    columns = sa.select(Account.id, Account.key_wrapped_by, Account.key_wrapped)
    query = columns.where(condition, Account.id > after).order_by(Account.id)
    rows = db.session.execute(query.limit(BATCH_SIZE)).all()
    db.session.rollback()
    return rows


def _rewrap(
    batch: Sequence[sa.Row[UUID, str, bytes]],
) -> Iterator[tuple[UUID, bytes, WrappedKey]]:
    keys = get_key_encryption()
    for account, wrapped_by, wrapped in batch:
        try:
            yield account, wrapped, keys.rewrap(WrappedKey(wrapped_by, wrapped), account)
        except DecryptionFailed:
            continue


def _save_rewrapped(changes: Sequence[tuple[UUID, bytes, WrappedKey]]) -> int:
    """Save rewrapped keys unless another process has rewrapped them meanwhile."""
    if not changes:
        return 0
    columns = Account.__table__.c
    statement = (
        sa.update(Account.__table__)  # type: ignore[arg-type]
        .where(columns.id == sa.bindparam("account"), columns.key_wrapped == sa.bindparam("before"))
        .values(key_wrapped_by=sa.bindparam("wrapped_by"), key_wrapped=sa.bindparam("after"))
    )
    rows = [
        {"account": account, "before": before, "wrapped_by": key.wrapped_by, "after": key.wrapped}
        for account, before, key in changes
    ]
    with write_transaction() as session:
        session.connection().execute(statement, rows)
    return len(rows)


def _rewrap_lookup_key() -> None:
    keys = get_key_encryption()
    row = db.session.get(LookupKey, 1)
    if row is None or row.wrapped_by == keys.newest:
        return
    key = keys.rewrap(WrappedKey(row.wrapped_by, row.wrapped), LOOKUP_OWNER)
    statement = sa.update(LookupKey).where(LookupKey.id == 1, LookupKey.wrapped == row.wrapped)
    with write_transaction() as session:
        session.execute(statement.values(wrapped_by=key.wrapped_by, wrapped=key.wrapped))
