"""The pages of a day's versions."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue import MIRROR_SCORES
from leaderjournal.practice.rules import Key
from leaderjournal.reflections import store
from leaderjournal.reflections.day_form.rules import COMMITMENT_LABEL, NOTE_LABEL
from leaderjournal.reflections.rules import Answer, DayVersion, Writing
from leaderjournal.reflections.versions import store as versions_store
from leaderjournal.reflections.versions.rules import compare_days, group_steps

blueprint = Blueprint("versions", __name__)


@dataclass(frozen=True, slots=True)
class VersionCard:
    """A version as its card shows it: answers with their keys, and texts with their names."""

    number: int
    saved_at: Instant
    superseded: bool
    answers: Sequence[tuple[Key, Answer]]
    texts: Sequence[tuple[str, str]]

    @property
    def is_empty(self) -> bool:
        """Whether the version says nothing."""
        return not self.answers and not self.texts


@blueprint.get("/day/<day:local_date>/versions")
@login_required
def versions(local_date: LocalDate) -> str:
    """Show every earlier version of a day; steps of typing are grouped."""
    leader = get_current_leader()
    day, earlier = (
        store.get_day(leader.cipher, local_date),
        versions_store.list_versions(leader.cipher, local_date),
    )
    if day is None or earlier is None:
        abort(404)
    runs = group_steps(day, earlier)
    return render_template(
        "reflections/versions.html",
        local_date=local_date,
        runs=[(steps, [_make_card(version) for version in run]) for steps, run in runs],
        mirror=list(MIRROR_SCORES.items()),
    )


@blueprint.get("/day/<day:local_date>/versions/<int:version>")
@login_required
def version(local_date: LocalDate, version: int) -> str:
    """Show how an earlier version of a day differs from the current one."""
    leader = get_current_leader()
    day = store.get_day(leader.cipher, local_date)
    earlier = versions_store.get_version(leader.cipher, local_date, version)
    if day is None or earlier is None:
        abort(404)
    return render_template(
        "reflections/version.html",
        local_date=local_date,
        number=earlier.version,
        version_saved_at=earlier.saved_at,
        saved_at=day.saved_at,
        fields=compare_days(earlier.content, day.content, catalogue.list_keys()),
        mirror=list(MIRROR_SCORES.items()),
    )


@blueprint.post("/day/<day:local_date>/versions/<int:version>/restore")
@login_required
def restore_version(local_date: LocalDate, version: int) -> Response:
    """Restore an earlier version."""
    leader, now = get_current_leader(), clock.now()
    writing = Writing(now, leader.time_zone, leader.day_starts_at)
    day = versions_store.restore_version(
        leader.cipher, local_date, version, writing=writing, now=now
    )
    if day is None:
        abort(404)
    flash(f"Version {version} stands again. What stood before is kept under versions.", "good")
    return redirect(url_for("reflections.day", local_date=local_date), 303)


def _make_card(version: DayVersion) -> VersionCard:
    content = version.content
    texts = ((NOTE_LABEL, content.note), (COMMITMENT_LABEL, content.commitment))
    return VersionCard(
        number=version.version,
        saved_at=version.saved_at,
        superseded=version.superseded,
        answers=[(catalogue.get_key(answer.key), answer) for answer in content.answers],
        texts=[(name, text) for name, text in texts if text],
    )
