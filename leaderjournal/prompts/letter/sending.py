"""Sends the letters that are due, each by one worker."""

import smtplib

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.kernel import mail
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.prompts.letter import store
from leaderjournal.prompts.letter.mail import compose_letter


def send_due(*, now: Instant) -> int:
    """Send every letter that is due to a verified address; return how many were sent.

    A letter that the mail server cannot take now is due again in an hour. One that it refuses for
    good, or of an account whose key is not configured, is skipped.
    """
    if not get_settings().smtp_url:
        return 0
    sent = 0
    with mail.MailConnection(get_settings().smtp_url) as connection:
        while letters := store.list_due(now=now):
            for letter in letters:
                try:
                    leader = accounts_store.find_leader(letter.account_id)
                except DecryptionFailed:
                    store.skip(letter)
                    continue
                if leader is None or not _claim(leader, letter, now=now):
                    continue
                try:
                    connection.send(compose_letter(leader, letter))
                except smtplib.SMTPException as error:
                    code = mail.get_refusal_code(error)
                    if code is None or code < 500:
                        store.defer(leader, letter, now=now)
                    if code is None:
                        return sent
                    continue
                except (OSError, mail.MailNotConfigured):
                    store.defer(leader, letter, now=now)
                    return sent
                sent += 1
    return sent


def _claim(leader: Leader, letter: store.DueLetter, *, now: Instant) -> bool:
    """Claim a letter; return False where another worker has it, or its leader gets no mail.

    Then it is skipped: the next one comes in a fortnight, once the address is verified.
    """
    claimed = store.claim(leader, letter, now=now)
    return claimed and bool(suspension_store.find_mailable_accounts(db.session, {leader.id}))
