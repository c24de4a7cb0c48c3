"""The tables of schedules, with each one's next prompt, and of the prompts that came due."""

from datetime import time
from uuid import UUID

from sqlalchemy import ForeignKey, Time, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant, LocalDate


class PromptSchedule(Base):
    """A leader's schedule; `times` and `weekdays` as in "07:30 17:45" and "12345".

    `chosen` is false where the leader has saved none, and the row serves a snooze or a calendar.
    `next_due_at` is the UTC instant at which the prompt `next_slot` of `next_local_date` is due,
    None where there is none.
    """

    __tablename__ = "prompt_schedules"
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True
    )
    chosen: Mapped[bool]
    enabled: Mapped[bool]
    times: Mapped[str]
    weekdays: Mapped[str]
    quiet_from: Mapped[time | None] = mapped_column(Time)
    quiet_to: Mapped[time | None] = mapped_column(Time)
    paused_until: Mapped[LocalDate | None]
    streak_at_risk: Mapped[bool]
    by_mail: Mapped[bool]
    snoozed_until: Mapped[Instant | None]
    next_due_at: Mapped[Instant | None] = mapped_column(index=True)
    next_local_date: Mapped[LocalDate | None]
    next_slot: Mapped[str | None]
    calendar_hash: Mapped[bytes | None] = mapped_column(unique=True)
    calendar_token_encrypted: Mapped[bytes | None]


class PromptDelivery(Base):
    """A prompt that came due: one per leader, local day and slot, whichever worker claimed it.

    `number` counts the prompts of the local day from 0; `expires_at` is the UTC instant until
    which it may be delivered; `decision` is one of `delivery.rules.Decision`.
    """

    __tablename__ = "prompt_deliveries"
    __table_args__ = (UniqueConstraint("account_id", "local_date", "slot"),)
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"))
    local_date: Mapped[LocalDate]
    slot: Mapped[str]
    number: Mapped[int]
    due_at: Mapped[Instant] = mapped_column(index=True)
    expires_at: Mapped[Instant]
    decision: Mapped[str]
