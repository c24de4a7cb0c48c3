"""The team mirror in the API, for the leader; the team answers on a page."""

from typing import Any

from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.allowances import AllowanceExceeded
from leaderjournal.kernel.api import PREFIX, create_page_schema, format_page
from leaderjournal.kernel.problems import Problem
from leaderjournal.kernel.request_checks import Blueprint
from leaderjournal.team_mirror import store
from leaderjournal.team_mirror.issuing import issue
from leaderjournal.team_mirror.schemas import IssuedSchema, IssueSchema, MirrorSchema

blueprint = Blueprint("team-mirror-api", __name__, url_prefix=PREFIX, description="The team mirror")


@blueprint.get("/team-mirrors")
@login_required
@blueprint.response(200, create_page_schema(MirrorSchema, "TeamMirrors"))
def list_mirrors() -> dict[str, Any]:
    """List the mirrors by month, the latest first."""
    leader = get_current_leader()
    return format_page(store.list_mirrors(leader, today=leader.today(clock.now())))


@blueprint.post("/team-mirrors")
@blueprint.doc(**{"x-problems": ["409", "429"]})
@login_required
@blueprint.arguments(IssueSchema)
@blueprint.response(201, IssuedSchema)
def issue_links(values: dict[str, Any]) -> dict[str, Any]:
    """Open this month's mirror; its links are returned only this once."""
    try:
        mirror_id, month, links = issue(get_current_leader(), values["links"], now=clock.now())
    except store.MirrorExists as error:
        raise Problem(409, "You’ve already asked your team this month.") from error
    except AllowanceExceeded as used_up:
        raise used_up.as_problem() from used_up
    return {"id": mirror_id, "month": month, "links": links}


@blueprint.post("/team-mirrors/<month>/close")
@login_required
@blueprint.response(204)
def close_mirror(month: str) -> None:
    """Close a month's mirror for answers, and show its result."""
    if not store.close_mirror(get_current_leader(), month):
        raise Problem(404, "There is no open mirror of this month.")
