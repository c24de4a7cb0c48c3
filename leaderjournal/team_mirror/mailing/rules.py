"""When a mail is retried, and what a mail to others may say about a leader."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

RETRY_DELAYS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
)
"""How long to wait after each failed try; after the last one the mail is given up."""
LEASE = timedelta(minutes=10)
"""How long a worker may be silent before another one takes over. A mail takes 20 seconds at most,
and the worker reports before and after each."""

LONGEST_NAME = 60
MAX_NAME_WORDS = 5
NAME_SYMBOLS = frozenset(" -'’.")
PLAIN_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


@dataclass(frozen=True, slots=True)
class MailingProgress:
    """The progress of a mirror's mails, in numbers of addresses."""

    sent: int
    waiting: int
    unsent: int
    in_doubt: int
    by_hand: int

    @property
    def total(self) -> int:
        """How many addresses the leader gave."""
        return self.sent + self.waiting + self.unsent + self.in_doubt + self.by_hand

    @property
    def issued(self) -> int:
        """How many people have a link or will get one."""
        return self.sent + self.waiting + self.in_doubt + self.by_hand

    @property
    def missing(self) -> int:
        """How many links may be handed out because no mail delivered them."""
        return self.unsent + self.in_doubt


def get_retry_delay(attempts: int) -> timedelta | None:
    """Return how long to wait after `attempts` tries; None if the mail is given up."""
    return RETRY_DELAYS[attempts - 1] if not is_given_up(attempts) else None


def is_given_up(attempts: int) -> bool:
    """Tell whether a mail is given up after `attempts` tries."""
    return attempts > len(RETRY_DELAYS)


def sanitize_name(name: str) -> str:
    """Return a leader's name for a mail to others; empty if it does not look like a name.

    A name is short and made of letters, spaces and few symbols: no web address, no line break, no
    character that changes the writing direction, and no room for a message.
    """
    name = unicodedata.normalize("NFC", name.strip())
    if len(name) > LONGEST_NAME or len(name.split(" ")) > MAX_NAME_WORDS:
        return ""
    if not all(unicodedata.category(sign)[0] in "LM" or sign in NAME_SYMBOLS for sign in name):
        return ""
    return "" if re.search(r"\.[^ ]", name) else name


def is_plain_address(address: str) -> bool:
    """Tell whether a leader's own address may be shown: a quoted one may hold any text."""
    return bool(PLAIN_ADDRESS.fullmatch(address)) and len(address) <= 100
