"""What is counted of the texts of a month or a year, most of it from a stored portrait.

A portrait is stored, encrypted, when its period is looked at. A changed day makes it invalid
without a write; where texts are erased, it is deleted with them.
"""

import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from leaderjournal.accounts.locks.store import lock_account
from leaderjournal.kernel.database import db, upsert, write_transaction
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.outages import SYSTEM_ERRORS, find_outage
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.reflections.texts import store as texts_store
from leaderjournal.reviews.periods.rules import Period
from leaderjournal.reviews.portraits.models import PortraitRow
from leaderjournal.reviews.portraits.rules import (
    Day,
    DayVersion,
    PeriodTexts,
    Portrait,
    draw_portrait,
    find_settled_day,
    is_worth_storing,
)

# Built once: building a statement takes as long as reading many rows.
LOAD_PASSAGES = sa.select(PortraitRow.passages_encrypted).where(
    PortraitRow.account_id == sa.bindparam("account"), PortraitRow.period == sa.bindparam("period")
)
LOAD_PORTRAIT = LOAD_PASSAGES.add_columns(PortraitRow.words_encrypted)


def get_texts(
    cipher: Cipher,
    period: Period,
    versions: Sequence[DayVersion],
    *,
    team: Collection[str],
    today: LocalDate,
    with_words: bool = True,
) -> tuple[PeriodTexts, Portrait | None]:
    """Return what is counted of the texts of `period`, and a portrait if it is worth storing.

    `versions` are those of the period's days with an entry, in order.
    """
    texts = PeriodTexts()
    stored = _load(cipher, period, with_words=with_words)
    rest = versions
    if stored is not None and stored.is_valid(versions, team):
        stored.add_to(texts)
        covered = stored.through
        rest = [version for version in versions if version[0] > covered]
    through = find_settled_day(period, today)
    settled = [version for version in rest if version[0] <= through]
    is_worth_it = is_worth_storing(period, settled, today)
    if is_worth_it and not with_words:  # a portrait has both
        return get_texts(cipher, period, versions, team=team, today=today)
    days = _list_days(cipher, rest)
    portrait = None
    if is_worth_it:
        texts.add_days([day for day in days if day[0] <= through], team)
        drawn_of = [version for version in versions if version[0] <= through]
        portrait = draw_portrait(period, texts, drawn_of, team, through=through)
        days = [day for day in days if day[0] > through]
    texts.add_days(days, team, with_words=with_words)
    return texts, portrait


def store_portrait(cipher: Cipher, portrait: Portrait) -> None:
    """Store a portrait, unless its days have changed or the database takes no writes.

    No text that is being erased at this moment gets into it: both wait for the account's lock.
    """
    first, last = portrait.period.first, portrait.through
    try:
        with write_transaction() as session:
            lock_account(session, cipher.account)
            versions = texts_store.list_versions(cipher.account, first=first, last=last)
            if portrait.is_valid(versions, people_store.get_team_names(cipher)):
                _replace(session, cipher, portrait)
    except SYSTEM_ERRORS as error:
        is_erased = isinstance(error, IntegrityError)  # the account, a moment ago
        if not is_erased and find_outage(error) is None:
            raise


def delete_portraits(session: Session, *, account: UUID, dates: Iterable[LocalDate]) -> None:
    """Delete the portraits of the periods of `dates`, inside the caller's transaction."""
    periods = {name for date in dates for name in (f"{date:%Y-%m}", f"{date:%Y}")}
    _delete(session, account, PortraitRow.period.in_(periods))


def delete_all_portraits(cipher: Cipher, **_said: object) -> None:
    """Delete every portrait of the account, since its texts lose a name."""
    with write_transaction() as session:
        lock_account(session, cipher.account)
        _delete(session, cipher.account)


def check_portraits(cipher: Cipher) -> bool:
    """Delete every stored portrait that is wrong; return whether there was one."""
    team = people_store.get_team_names(cipher)
    stored = sa.select(PortraitRow.period).where(PortraitRow.account_id == cipher.account)
    wrong = []
    for period in map(Period.parse, db.session.scalars(stored).all()):
        portrait = _load(cipher, period, with_words=True)
        versions = texts_store.list_versions(cipher.account, first=period.first, last=period.last)
        if portrait is None or not portrait.is_valid(versions, team):
            continue  # it is not read
        through = portrait.through
        covered = [version for version in versions if version[0] <= through]
        texts = PeriodTexts()
        texts.add_days(_list_days(cipher, covered), team)
        if portrait != draw_portrait(period, texts, covered, team, through=through):
            wrong.append(period.name)
    if wrong:
        with write_transaction() as session:
            _delete(session, cipher.account, PortraitRow.period.in_(wrong))
    return bool(wrong)


def _list_days(cipher: Cipher, versions: Sequence[DayVersion]) -> list[Day]:
    if not versions:
        return []
    return texts_store.list_texts(cipher, first=versions[0][0], last=versions[-1][0])


def _load(cipher: Cipher, period: Period, *, with_words: bool) -> Portrait | None:
    row = (
        db.session.connection()
        .execute(
            LOAD_PORTRAIT if with_words else LOAD_PASSAGES,
            {"account": cipher.account, "period": period.name},
        )
        .one_or_none()
    )
    if row is None:
        return None
    return Portrait(
        period,
        _decrypt(cipher, row[0], "passages_encrypted", period),
        _decrypt(cipher, row[1], "words_encrypted", period) if with_words else None,
    )


def _replace(session: Session, cipher: Cipher, portrait: Portrait) -> None:
    documents = {"passages_encrypted": portrait.passages, "words_encrypted": portrait.words}
    encrypted = {
        column: _encrypt(cipher, document, column, portrait.period)
        for column, document in documents.items()
    }
    insert = upsert(session, PortraitRow).values(
        account_id=cipher.account, period=portrait.period.name, **encrypted
    )
    session.execute(
        insert.on_conflict_do_update(index_elements=["account_id", "period"], set_=encrypted)
    )


def _delete(session: Session, account: UUID, *conditions: sa.ColumnElement[bool]) -> None:
    deletion = sa.delete(PortraitRow).where(PortraitRow.account_id == account, *conditions)
    session.execute(deletion.execution_options(synchronize_session=False))


def _encrypt(
    cipher: Cipher, document: Mapping[str, Any] | None, column: str, period: Period
) -> bytes:
    """Return a document compressed and encrypted: sorted words take a third of their space."""
    content = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    return cipher.encrypt_bytes(
        zlib.compress(content), table="portraits", column=column, row=period.name
    )


def _decrypt(cipher: Cipher, encrypted: bytes, column: str, period: Period) -> dict[str, Any]:
    content = cipher.decrypt_bytes(encrypted, table="portraits", column=column, row=period.name)
    document: dict[str, Any] = json.loads(zlib.decompress(content))
    return document
