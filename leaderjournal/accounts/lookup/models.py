"""The table of the key for look-ups."""

from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base


class LookupKey(Base):
    """The one key with which e-mail addresses are hashed for look-up, wrapped."""

    __tablename__ = "lookup_keys"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    wrapped_by: Mapped[str]
    wrapped: Mapped[bytes]
