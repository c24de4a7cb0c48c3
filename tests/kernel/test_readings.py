"""Readings: the same rows alone and together, once in a transaction."""

from datetime import date
from uuid import UUID

import pytest
import sqlalchemy as sa
from counting import count_statements

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.practice_calendar.models import PauseRow, PracticeDaysChange
from leaderjournal.kernel.database import db, new_id
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.readings import JoinedReading, Reading

ACCOUNTS = Reading(
    sa.select(
        Account.id,
        Account.time_zone,
        Account.language,
        Account.created_at,
        Account.suspended_at,
        Account.day_starts_at,
        Account.key_wrapped,
    ).where(Account.id == sa.bindparam("account"))
)
CHANGES = Reading(
    sa.select(PracticeDaysChange.weekdays, PracticeDaysChange.effective_from)
    .where(PracticeDaysChange.account_id == sa.bindparam("account"))
    .order_by(PracticeDaysChange.effective_from.desc())
    .limit(sa.bindparam("most"))
)
PAUSES = Reading(
    sa.select(PauseRow.first_date, PauseRow.last_date).where(
        PauseRow.account_id.in_(sa.bindparam("accounts", expanding=True))
    )
)
ALL = JoinedReading(ACCOUNTS, CHANGES, PAUSES)


DAY = LocalDate(date(2030, 1, 7))


@pytest.fixture
def account(leader):
    return UUID(leader.id)


@pytest.fixture
def session(app):
    with app.app_context():
        yield db.session


@pytest.fixture
def statements(app, session):
    with count_statements(app) as seen:
        yield seen


def add_change_and_pauses(session, account):
    session.add(PracticeDaysChange(account_id=account, effective_from=DAY, weekdays="6"))
    for last in (None, DAY):
        session.add(PauseRow(id=new_id(), account_id=account, first_date=DAY, last_date=last))
    session.commit()


def list_values(account):
    return {"account": account, "accounts": (account,), "most": 1}


def read_alone(session, account):
    return (
        list(map(tuple, ACCOUNTS.read(session, account=account))),
        list(map(tuple, CHANGES.read(session, account=account, most=1))),
        sorted(map(tuple, PAUSES.read(session, accounts=(account,))), key=str),
    )


def test_rows_are_the_same_together_as_alone(session, account):
    add_change_and_pauses(session, account)
    alone = read_alone(session, account)
    session.rollback()
    ALL.read(session, list_values(account))
    assert read_alone(session, account) == alone
    assert [len(rows) for rows in alone] == [1, 1, 2]


def test_together_is_one_statement_and_nothing_is_read_again(session, account, statements):
    ALL.read(session, list_values(account))
    read_alone(session, account)
    assert len(statements) == 1


def test_together_reads_nothing_twice(session, account, statements):
    ALL.read(session, list_values(account))
    ALL.read(session, list_values(account))
    assert len(statements) == 1


def test_rows_have_the_names_of_their_columns(session, account):
    ALL.read(session, list_values(account))
    [row] = ACCOUNTS.read(session, account=account)
    assert row.time_zone == "Europe/Berlin"
    assert row.suspended_at is None


def test_other_values_are_read_by_themselves(session, account, statements):
    ALL.read(session, list_values(account))
    CHANGES.read(session, account=account, most=2)
    assert len(statements) == 2


def test_next_transaction_reads_again(session, account):
    assert len(PAUSES.read(session, accounts=(account,))) == 0
    add_change_and_pauses(session, account)
    assert len(PAUSES.read(session, accounts=(account,))) == 2


def test_forgotten_rows_are_read_again_in_the_same_transaction(session, account):
    assert len(PAUSES.read(session, accounts=(account,))) == 0
    session.add(PauseRow(id=new_id(), account_id=account, first_date=DAY, last_date=None))
    session.flush()
    assert len(PAUSES.read(session, accounts=(account,))) == 0
    PAUSES.forget(session)
    assert len(PAUSES.read(session, accounts=(account,))) == 1
