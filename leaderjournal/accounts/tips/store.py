"""The SQL of closed tips."""

import sqlalchemy as sa

from leaderjournal.accounts.models import Account
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.tips.rules import Tip
from leaderjournal.kernel.database import write_transaction


def close_tip(leader: Leader, tip: Tip) -> None:
    """Show a tip to the leader no more, on any device."""
    with write_transaction() as session:
        session.execute(
            sa.update(Account)
            .where(Account.id == leader.id)
            .values(closed_tips=Account.closed_tips.bitwise_or(int(tip)))
        )
    leader.closed_tips |= tip
