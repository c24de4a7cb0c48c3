"""The SQL of the log on today's page."""

from uuid import UUID

import sqlalchemy as sa

from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.kernel.readings import Reading
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.entries.store import Entry, decrypt_entry, select_entries
from leaderjournal.practice_log.models import LogEntry
from leaderjournal.practice_log.wins.rules import FOLLOW_UP_DAYS

PEOPLE = Reading(select_entries(LogEntry.kind == Kind.PERSON.value))
RECENT_WINS = Reading(
    select_entries(
        LogEntry.kind == Kind.WIN.value, LogEntry.local_date >= sa.bindparam("wins_from")
    )
)


def list_people(cipher: Cipher) -> list[Entry]:
    """Return the people of the team, the latest first."""
    return [decrypt_entry(cipher, row) for row in PEOPLE.read(db.session, account=cipher.account)]


def has_people(account: UUID) -> bool:
    """Tell whether the account has anyone on the team."""
    return bool(PEOPLE.read(db.session, account=account))


def list_recent_wins(cipher: Cipher, *, today: LocalDate) -> list[Entry]:
    """Return the wins of the days that today's page follows up, the latest first."""
    rows = RECENT_WINS.read(
        db.session, account=cipher.account, wins_from=get_first_day_of_wins(today)
    )
    return [decrypt_entry(cipher, row) for row in rows]


def get_first_day_of_wins(today: LocalDate) -> LocalDate:
    """Return the first local day whose wins are followed up on `today`."""
    return days_after(today, -FOLLOW_UP_DAYS - 1)
