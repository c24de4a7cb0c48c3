"""The table of team mirrors: one row a month, and no row for an answer."""

from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import LocalDate


class TeamMirror(Base):
    """The mirror of a month such as 2026-11; it takes answers until `last_date` unless `closed`.

    Answers have no time, no order and no row of their own: see `team_mirror.rules`.
    """

    __tablename__ = "team_mirrors"
    __table_args__ = (UniqueConstraint("account_id", "month"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    month: Mapped[str]
    last_date: Mapped[LocalDate]
    closed: Mapped[bool]
    document: Mapped[bytes]
