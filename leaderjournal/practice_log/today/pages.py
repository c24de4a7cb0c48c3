"""What today's page shows of the log."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask_login import current_user
from werkzeug.local import LocalProxy

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.practice_log.blueprints import pages as blueprint
from leaderjournal.practice_log.entries.store import Entry
from leaderjournal.practice_log.today import store as today_store
from leaderjournal.practice_log.today.panel import TodayPanel, build_today_panel
from leaderjournal.practice_log.wording import list_person_options


@blueprint.app_context_processor
def provide_log_values() -> dict[str, Any]:
    """Return what pages of lower packages show of the log, prepared only when a template asks."""
    if not current_user:
        return {}
    list_people = cache(_list_people)  # decrypted once, though today's page shows both values
    return {
        "today_panel": LocalProxy(cache(lambda: _get_today_panel(list_people()))),
        "team_names": LocalProxy(cache(lambda: _list_team_names(list_people()))),
    }


def _list_people() -> list[Entry]:
    return today_store.list_people(get_current_leader().cipher)


def _get_today_panel(people: Sequence[Entry]) -> TodayPanel:
    leader = get_current_leader()
    return build_today_panel(leader.cipher, people, today=leader.today(clock.now()))


def _list_team_names(people: Sequence[Entry]) -> list[str]:
    return [option.name for option in list_person_options(people)]
