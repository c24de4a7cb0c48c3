"""Everything an account holds, as JSON, piece by piece, so that no journal is held whole."""

import json
from collections.abc import Iterator
from typing import Any

from leaderjournal.accounts.api import represented as account_represented
from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.schemas import MeSchema, PauseSchema
from leaderjournal.accounts.store import Leader
from leaderjournal.questions import store as questions_store
from leaderjournal.questions.schemas import QuestionSchema
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.api import represented
from leaderjournal.reflections.schemas import ReflectionSchema, VersionSchema

FORMAT = "leader-journal/1"


def everything(leader: Leader) -> Iterator[str]:
    """Yield the account's export, pieces of one JSON object: newest day first, versions with it."""
    head = {
        "format": FORMAT,
        "account": MeSchema().dump(account_represented(leader)),
        "pauses": PauseSchema(many=True).dump(calendar_store.pauses_of(leader.id)),
        "questions": QuestionSchema(many=True).dump(questions_store.own_questions(leader.sealer)),
        "hidden_questions": sorted(questions_store.hidden_questions(leader.id)),
    }
    yield _json(head)[:-1] + ', "reflections": ['
    separator = ""
    for day in reflections_store.days(leader.sealer):
        versions = [
            {"version": version.version, "saved_at": version.saved_at}
            | version.content.as_document()
            for version in reflections_store.revisions(leader.sealer, day.local_date) or []
        ]
        shown = ReflectionSchema().dump(represented(day))
        shown["revisions"] = VersionSchema(many=True).dump(versions)
        yield separator + "\n" + _json(shown)
        separator = ","
    yield "\n]}\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
