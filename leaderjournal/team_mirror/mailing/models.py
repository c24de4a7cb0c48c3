"""The table of links on their way: a row for each open mirror whose links go out by mail."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base
from leaderjournal.kernel.days import Instant


class TeamMirrorMailing(Base):
    """To whom a mirror's links are still to be sent, encrypted; it goes when the mirror closes.

    `document` holds addresses in no order, each until its mail is sent or given up. No link is in
    it. `next_try_at` is None once there is nothing left to send; a worker that has taken the row
    moves it ahead, so that another one takes over only where the first died. `attempts` names the
    worker's turn: what an earlier turn writes late changes nothing.
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
