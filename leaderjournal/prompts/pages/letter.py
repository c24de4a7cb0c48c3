"""The fortnightly letter on the page of settings."""

from dataclasses import dataclass

from flask import request
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import LocalDate
from leaderjournal.prompts.channels import store as channel_store
from leaderjournal.prompts.channels.rules import MailState
from leaderjournal.prompts.letter import store as letter_store
from leaderjournal.prompts.letter.store import LetterChoice
from leaderjournal.prompts.pages.blueprint import MAIL_WAITS, Page, blueprint, flash_and_return
from leaderjournal.prompts.pages.reminders import ReminderState


@dataclass(frozen=True, slots=True)
class LetterSection:
    """The section of the letter; `next_date` is None where no letter comes as things are."""

    enabled: bool
    with_words: bool
    next_date: LocalDate | None
    is_offered: bool


def build_letter_section(choice: LetterChoice, reminders: ReminderState) -> LetterSection:
    """Return what the section shows: a letter that was chosen can be turned off without mail."""
    can_come = reminders.can_send_mail and not reminders.mail_waits
    return LetterSection(
        enabled=choice.enabled,
        with_words=choice.with_words,
        next_date=choice.next_date if can_come else None,
        is_offered=reminders.can_send_mail or choice.enabled,
    )


@blueprint.post("/settings/prompts/letter")
@login_required
def choose_letter() -> Page:
    """Save whether the leader gets the letter, and whether with a line of their own."""
    leader = get_current_leader()
    enabled = "letter" in request.form
    mail = channel_store.get_mail_state(leader)
    if enabled and mail is MailState.NO_SERVER:
        return flash_and_return(
            "This journal sends no email, so no summary can come.", "problem", section="letter"
        )
    choice = letter_store.save_choice(
        leader, enabled=enabled, with_words="with_words" in request.form, now=clock.now()
    )
    if choice.next_date is None:
        return flash_and_return("Saved. No summary comes.", section="letter")
    if mail is MailState.UNVERIFIED:
        return flash_and_return(MAIL_WAITS, section="letter")
    date = f"{choice.next_date:%A}, {choice.next_date.day} {choice.next_date:%B}"
    return flash_and_return(f"Saved. Your next summary comes on {date}.", section="letter")
