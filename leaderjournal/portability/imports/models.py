"""The tables of imports. The encrypted file is deleted once it is imported or dropped."""

from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base, new_id
from leaderjournal.kernel.days import Instant


class Import(Base):
    """An uploaded file; `done` of `total` days are imported. `document` is encrypted."""

    __tablename__ = "imports"
    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    account_id: Mapped[UUID] = mapped_column(
        ForeignKey("accounts.id", ondelete="CASCADE"), index=True
    )
    kind: Mapped[str]
    state: Mapped[str]
    created_at: Mapped[Instant] = mapped_column(index=True)
    done: Mapped[int]
    total: Mapped[int]
    document: Mapped[bytes]
    file_encrypted: Mapped[bytes | None] = mapped_column(deferred=True)


class ImportedItem(Base):
    """Something that an import created, at the version it then had."""

    __tablename__ = "imported_items"
    import_id: Mapped[UUID] = mapped_column(
        ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    version: Mapped[int]
