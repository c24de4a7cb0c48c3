"""The pages of a day's versions."""

from itertools import groupby
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue import MIRROR_SCORES
from leaderjournal.reflections import store
from leaderjournal.reflections.rules import DayContent, DayVersion, StoredDay, Writing
from leaderjournal.reflections.versions import store as versions_store
from leaderjournal.reflections.versions.rules import compare_words, is_step

blueprint = Blueprint("versions", __name__)


@blueprint.get("/day/<day:local_date>/versions")
@login_required
def versions(local_date: LocalDate) -> str:
    """Show every earlier version of a day; those of one sitting's typing stand together."""
    leader = get_current_leader()
    day, earlier = (
        store.get_day(leader.cipher, local_date),
        versions_store.list_versions(leader.cipher, local_date),
    )
    if day is None or earlier is None:
        abort(404)
    following: list[StoredDay | DayVersion] = [day, *earlier]
    shown = [
        _show_version(version)
        | {
            "is_step": not version.superseded
            and is_step(version.content, later.content, between=later.saved_at - version.saved_at)
        }
        for version, later in zip(earlier, following, strict=False)
    ]
    return render_template(
        "reflections/versions.html",
        local_date=local_date,
        runs=[(steps, list(run)) for steps, run in groupby(shown, lambda one: one["is_step"])],
        mirror=list(MIRROR_SCORES.items()),
    )


@blueprint.get("/day/<day:local_date>/versions/<int:version>")
@login_required
def version(local_date: LocalDate, version: int) -> str:
    """Show an earlier version of a day beside the day as it stands."""
    leader = get_current_leader()
    day = store.get_day(leader.cipher, local_date)
    earlier = versions_store.get_version(leader.cipher, local_date, version)
    if day is None or earlier is None:
        abort(404)
    return render_template(
        "reflections/version.html",
        local_date=local_date,
        version=_show_version(earlier),
        saved_at=day.saved_at,
        fields=_compare_days(earlier.content, day.content),
        mirror=list(MIRROR_SCORES.items()),
    )


@blueprint.post("/day/<day:local_date>/versions/<int:version>/restore")
@login_required
def restore_version(local_date: LocalDate, version: int) -> Response:
    """Let an earlier version stand again."""
    leader, now = get_current_leader(), clock.now()
    writing = Writing(now, leader.time_zone, leader.day_starts_at)
    day = versions_store.restore_version(
        leader.cipher, local_date, version, writing=writing, now=now
    )
    if day is None:
        abort(404)
    flash(f"Version {version} stands again. What stood before is kept under versions.", "good")
    return redirect(url_for("reflections.day", local_date=local_date), 303)


def _show_version(version: DayVersion) -> dict[str, Any]:
    return {
        "number": version.version,
        "saved_at": version.saved_at,
        "set_aside": version.superseded,
        "entries": [
            {"key": catalogue.get_key(answer.key), "score": answer.score, "text": answer.text}
            for answer in version.content.answers
        ],
        "note": version.content.note,
        "commitment": version.content.commitment,
    }


def _compare_days(before: DayContent, after: DayContent) -> list[dict[str, Any]]:
    """Return every field in which either says anything, with the pieces of its words."""
    fields = []
    for key in catalogue.list_keys():
        old, new = before.get_answer(key.slug), after.get_answer(key.slug)
        if old.is_answered or new.is_answered:
            fields.append(
                {
                    "key": key,
                    "name": key.name,
                    "scores": (old.score, new.score),
                    "pieces": compare_words(old.text, new.text),
                }
            )
    for name, old_text, new_text in (
        ("A note", before.note, after.note),
        ("What will I do next?", before.commitment, after.commitment),
    ):
        if old_text.strip() or new_text.strip():
            fields.append({"key": None, "name": name, "pieces": compare_words(old_text, new_text)})
    return fields
