"""Sends the letters that are due, each by one worker."""

import smtplib
from email.message import EmailMessage
from uuid import NAMESPACE_URL, uuid5

from flask import current_app

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.suspension import store as suspension_store
from leaderjournal.kernel import mail
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.encryption import DecryptionFailed
from leaderjournal.practice import catalogue
from leaderjournal.prompts.fortnightly import store
from leaderjournal.prompts.letters.unsubscribing import LETTER, create_unsubscribe_token


def send_due(*, now: Instant) -> int:
    """Send every letter that is due to a verified address; return how many went out.

    One that the mail server cannot take just now comes again in an hour; one that it refuses for
    good, or that is of an account whose key is not configured, is left out.
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
                    connection.send(_compose_letter(leader, letter))
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
    """Take a letter; False where another worker has it, or its leader may be sent no mail.

    Then it is passed over: the next one comes in a fortnight, once the address is verified.
    """
    claimed = store.claim(leader, letter, now=now)
    return claimed and bool(suspension_store.find_mailable_accounts(db.session, {leader.id}))


def _compose_letter(leader: Leader, letter: store.DueLetter) -> EmailMessage:
    """Return the letter, which is the same whenever it is written: see `letters.mails`."""
    told = store.summarize_fortnight(leader, letter.date)
    token = create_unsubscribe_token(leader.id, get_settings().secret_key, ends=LETTER)
    unsubscribe_url = f"{get_settings().public_url}/letter/unsubscribe/{token}"
    behaviours = {b.slug: (key, b) for key in catalogue.list_keys() for b in key.behaviours}
    key, behaviour = behaviours[told.weakest]
    values = {
        "told": told,
        "key_names": {k.slug: k.name for k in catalogue.list_keys()},
        "key": key,
        "behaviour": behaviour,
        "one_thing": catalogue.get_one_thing(told.weakest),
        "line": store.pick_line_to_reread(leader, letter.date) if letter.with_words else "",
        "journal_url": get_settings().public_url,
        "unsubscribe_url": unsubscribe_url,
    }
    templates = current_app.jinja_env
    return mail.compose(
        sender=get_settings().mail_from,
        to=leader.email,
        subject=f"Your fortnight to {told.last.day} {told.last:%B}",
        body=templates.get_template("prompts/letters/fortnight.txt").render(values),
        html=templates.get_template("prompts/letters/fortnight.html").render(values),
        now=letter.due_at,
        headers=mail.build_unsubscribe_headers(unsubscribe_url),
        name=uuid5(NAMESPACE_URL, f"{unsubscribe_url} {letter.date}"),
    )
