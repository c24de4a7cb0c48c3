"""The table of addresses that want no mail: only a keyed hash of each."""

from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base


class MailOptOut(Base):
    """An address that gets no mail which somebody else requested. It has no time and no id."""

    __tablename__ = "mail_opt_outs"
    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
