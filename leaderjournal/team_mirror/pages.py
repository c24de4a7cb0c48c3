"""The pages of the team mirror: the leader's page, and the page on which the team answers."""

from collections.abc import Mapping, Sequence

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import login_required
from werkzeug import Response

from leaderjournal.accounts.access import get_current_leader, needs_no_csrf_token
from leaderjournal.kernel import clock
from leaderjournal.kernel.allowances import AllowanceExceeded
from leaderjournal.kernel.forms import parse_whole_number, read_form
from leaderjournal.kernel.problems import Errors
from leaderjournal.team_mirror import store
from leaderjournal.team_mirror.answers import store as answers_store
from leaderjournal.team_mirror.answers.answer_page import build_answer_page
from leaderjournal.team_mirror.answers.store import Invitation
from leaderjournal.team_mirror.issuing import (
    SenderNotAllowed,
    issue,
    issue_by_mail,
    make_missing_links,
)
from leaderjournal.team_mirror.leader_page import build_leader_page, find_month_page
from leaderjournal.team_mirror.rules import MIN_ANSWERS, MIN_ANSWERS_FOR_LINES
from leaderjournal.team_mirror.schemas import (
    AddressesSchema,
    AnswerSchema,
    IssueSchema,
    split_addresses,
)
from leaderjournal.team_mirror.tokens.rules import InvalidToken

blueprint = Blueprint("team_mirror", __name__)

Page = Response | str | tuple[str, int] | tuple[str, int, Mapping[str, str]]


@blueprint.get("/team-mirror")
@login_required
def team_mirror() -> str:
    """Show this month's mirror and earlier ones."""
    return _render_leader_page()


@blueprint.post("/team-mirror")
@login_required
def open_mirror() -> Page:
    """Open this month's mirror: send its links by mail, or show them once."""
    leader, now = get_current_leader(), clock.now()
    by_mail = bool(request.form.get("addresses", "").strip())
    field = "addresses" if by_mail else "links"
    values, errors = (
        read_form(AddressesSchema(), request.form)
        if by_mail
        else read_form(IssueSchema(), {"links": parse_whole_number(request.form.get("links", ""))})
    )
    if errors:
        return _render_leader_page(errors), 422
    try:
        if not by_mail:
            _, _, links = issue(leader, values["links"], now=now)
            return _render_leader_page(links=links)
        issue_by_mail(leader, split_addresses(values["addresses"]), now=now)
    except store.MirrorExists:
        flash("You’ve already asked your team this month.", "problem")
    except SenderNotAllowed as error:
        return _render_leader_page({field: [str(error)]}), 422
    except AllowanceExceeded as used_up:
        return _render_leader_page({field: [used_up.sentence]}), 429, used_up.headers
    else:
        flash("Your links will be sent within a minute.", "good")
    return redirect(url_for("team_mirror.team_mirror"), 303)


@blueprint.get("/team-mirror/preview")
@login_required
def preview() -> str:
    """Show a leader the page on which their team answers; nothing can be sent from it."""
    leader = get_current_leader()
    month = f"{leader.today(clock.now()):%Y-%m}"
    page = build_answer_page(
        "", Invitation(leader.name, month, MIN_ANSWERS), submitted={}, errors={}
    )
    return render_template("team_mirror/answer.html", page=page)


@blueprint.get("/team-mirror/<month>")
@login_required
def month(month: str) -> Page:
    """Show the result of an earlier month."""
    leader = get_current_leader()
    page = find_month_page(leader, month, today=leader.today(clock.now()))
    if page is None:
        abort(404)
    return render_template("team_mirror/month.html", page=page)


@blueprint.post("/team-mirror/<month>/links")
@login_required
def make_links(month: str) -> Page:
    """Show links once for the people whom no mail reached."""
    links = make_missing_links(get_current_leader(), month, now=clock.now())
    if not links:
        return redirect(url_for("team_mirror.team_mirror"), 303)
    return _render_leader_page(links=links)


@blueprint.post("/team-mirror/<month>/close")
@login_required
def close_mirror(month: str) -> Page:
    """Close a mirror for answers."""
    if store.close_mirror(get_current_leader(), month):
        flash("Team mirror closed.", "good")
    return redirect(url_for("team_mirror.team_mirror"), 303)


@blueprint.get("/mirror")
def about() -> str:
    """Explain to the team how their answers stay anonymous."""
    return render_template(
        "team_mirror/about.html",
        min_answers=MIN_ANSWERS,
        min_answers_for_lines=MIN_ANSWERS_FOR_LINES,
    )


@blueprint.get("/mirror/<token>")
def answer(token: str) -> Page:
    """Show the page on which someone of the team answers."""
    return _render_answer_page(token)


@blueprint.post("/mirror/<token>")
@needs_no_csrf_token
def submit_answer(token: str) -> Page:
    """Save the one answer of a link."""
    submitted = {name: text for name, text in request.form.items() if text}
    values, errors = read_form(AnswerSchema(), submitted)
    if errors:
        return _render_answer_page(token, errors)
    try:
        answers_store.save_answer(token, AnswerSchema.to_answer(values), now=clock.now())
    except InvalidToken:
        return _render_expired()
    return render_template("team_mirror/thanks.html")


def _render_leader_page(errors: Errors | None = None, links: Sequence[str] = ()) -> str:
    leader = get_current_leader()
    page = build_leader_page(
        leader,
        today=leader.today(clock.now()),
        links=links,
        errors=errors or {},
        submitted=request.form,
    )
    return render_template("team_mirror/leader.html", page=page)


def _render_answer_page(token: str, errors: Errors | None = None) -> Page:
    invitation = answers_store.find_invitation(token, now=clock.now())
    if invitation is None:
        return _render_expired()
    page = build_answer_page(token, invitation, submitted=request.form, errors=errors or {})
    html = render_template("team_mirror/answer.html", page=page)
    return (html, 422) if errors else html


def _render_expired() -> Page:
    return render_template("team_mirror/expired.html"), 410
