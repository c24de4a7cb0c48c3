"""The table of mailings: a row for each open mirror whose links are sent by mail."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base
from leaderjournal.kernel.days import Instant


class TeamMirrorMailing(Base):
    """The encrypted addresses still waiting for a link; the row is deleted when the mirror closes.

    `document` holds the addresses in random order, each until its mail is sent or given up, and no
    links. `next_try_at` is None once nothing is left to send; a worker that claims the row moves it
    ahead, so that another one takes over only if the first died. `attempts` identifies the worker's
    round: what an earlier round writes late changes nothing.
    """

    __tablename__ = "team_mirror_mailings"
    mirror_id: Mapped[UUID] = mapped_column(
        ForeignKey("team_mirrors.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    next_try_at: Mapped[Instant | None] = mapped_column(index=True)
    attempts: Mapped[int]
    sent: Mapped[int]
    unsent: Mapped[int]
    in_doubt: Mapped[int]
    by_hand: Mapped[int]
    document: Mapped[bytes]
