"""The SQL of closed mirrors in a full export."""

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.team_mirror.imports.store import ClosedMirror
from leaderjournal.team_mirror.store import decrypt_tally, list_rows


def list_closed_mirrors(leader: Leader, *, today: LocalDate) -> list[ClosedMirror]:
    """Return every closed mirror by month, as it is exported."""
    return [
        ClosedMirror(row.month, row.last_date, decrypt_tally(leader.cipher, row))
        for row in list_rows(leader, today)
        if row.closed
    ]
