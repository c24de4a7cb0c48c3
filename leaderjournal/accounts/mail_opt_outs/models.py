"""The table of addresses that want no mail: a keyed hash each, and nothing else."""

from sqlalchemy.orm import Mapped, mapped_column

from leaderjournal.kernel.database import Base


class MailOptOut(Base):
    """An address that gets no mail which somebody else asked for. It has no time and no id."""

    __tablename__ = "mail_opt_outs"
    address_hash: Mapped[bytes] = mapped_column(primary_key=True)
