"""What a row of the log says under its text."""

from collections.abc import Mapping
from uuid import UUID

from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice_log.entries.rules import Commitment, HandOff, Number, Win
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.numbers.rules import format_amount, format_period
from leaderjournal.practice_log.wording import format_count, format_day


def format_title(entry: Entry) -> str:
    """Return what an entry is called in a list: its text, or the period of a number in words."""
    content = entry.content
    return format_period(content.period) if isinstance(content, Number) else str(content.text)


def format_details(entry: Entry, names: Mapping[UUID, str], *, today: LocalDate) -> str:
    """Return the details of an entry in words; `names` are the people's names by id."""
    match entry.content:
        case Commitment() as commitment:
            parts = _list_commitment_details(commitment, today)
        case HandOff() as hand_off:
            name = names.get(hand_off.person_id) if hand_off.person_id else None
            parts = [name, *_list_hand_off_details(hand_off, entry.local_date, today)]
        case Win() as win:
            name = names.get(win.person_id) if win.person_id else None
            parts = [name, format_day(entry.local_date, today), _format_celebration(win)]
        case Number() as number:
            parts = [_format_number(number)]
        case _:
            parts = []
    return " · ".join(part for part in parts if part)


def _list_commitment_details(commitment: Commitment, today: LocalDate) -> list[str | None]:
    if commitment.state == "open" or commitment.settled_on is None:
        status = _format_due(commitment.due_on, today)
    else:
        result = "Kept" if commitment.state == "kept" else "Not kept"
        status = f"{result} {format_day(commitment.settled_on, today)}"
    moved = f"rescheduled {format_count(commitment.moved, 'time')}" if commitment.moved else ""
    return [status, moved, commitment.reason]


def _format_due(due_on: LocalDate, today: LocalDate) -> str:
    match (due_on - today).days:
        case 0:
            return "Due today"
        case 1:
            return "Due tomorrow"
        case days if days < 0:
            return f"Was due {format_day(due_on, today)}"
    return f"Due {format_day(due_on, today)}"


def _list_hand_off_details(
    hand_off: HandOff, made_on: LocalDate, today: LocalDate
) -> list[str | None]:
    stepped_back_in = ""
    if hand_off.stepped_back_in_on:
        stepped_back_in = f"stepped back in {format_day(hand_off.stepped_back_in_on, today)}"
        if hand_off.reason:
            stepped_back_in += f": {hand_off.reason}"
    return [f"Since {format_day(made_on, today)}", stepped_back_in]


def _format_celebration(win: Win) -> str:
    if win.celebrated_how:
        return win.celebrated_how
    return "celebrated" if win.celebrated_on else "not celebrated yet"


def _format_number(number: Number) -> str:
    actual, target = format_amount(number.actual), format_amount(number.target)
    if actual:
        amounts = f"{actual} of {target}" if target else actual
    else:
        amounts = f"target {target}" if target else "no result yet"
    return f"{amounts} {number.unit}" if number.unit else amounts
