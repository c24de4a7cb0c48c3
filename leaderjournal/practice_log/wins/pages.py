"""The page on which a win becomes a card to share."""

from dataclasses import dataclass
from uuid import UUID

from flask import render_template
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries import store as entries_store
from leaderjournal.practice_log.entries.forms import get_entry
from leaderjournal.practice_log.entries.rules import Kind
from leaderjournal.practice_log.wording import format_full_day


@dataclass(frozen=True, slots=True)
class WinCard:
    """The win on the card; `name` is empty if it names nobody."""

    text: str
    name: str
    day: str


@blueprint.get("/log/wins/<uuid:win_id>/card")
@login_required
def win_card(win_id: UUID) -> str:
    """Show a win as a card to share, which the device draws."""
    win = get_entry(Kind.WIN, win_id)
    people = entries_store.list_stored_entries(get_current_leader().cipher, Kind.PERSON)
    names = {person.id: person.content.name for person in people}
    name = names.get(win.content.person_id, "")
    card = WinCard(win.content.text, name, format_full_day(win.local_date))
    return render_template("practice_log/win_card.html", card=card)
