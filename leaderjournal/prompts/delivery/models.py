"""The table of messages: a prompt that came due, to one device or by mail."""

from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class PromptMessage(Base):
    """A delivery to one device, or by mail where `subscription_id` is None.

    `next_try_at` is when a worker may claim it: at once, after a delay, or when the lease of the
    worker that claimed it expires. None means that it is finished, as `outcome` and `status` say.
    """

    __tablename__ = "prompt_messages"
    __table_args__ = (
        UniqueConstraint("delivery_id", "subscription_id"),
        Index(
            "ix_prompt_messages_next_try_at",
            "next_try_at",
            postgresql_where=text("next_try_at IS NOT NULL"),
            sqlite_where=text("next_try_at IS NOT NULL"),
        ),
    )
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    delivery_id: Mapped[UUID] = mapped_column(
        ForeignKey("prompt_deliveries.id", ondelete="CASCADE")
    )
    subscription_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("push_subscriptions.id", ondelete="CASCADE"), index=True
    )
    attempts: Mapped[int]
    next_try_at: Mapped[Instant | None]
    outcome: Mapped[str | None]
    status: Mapped[int | None]
