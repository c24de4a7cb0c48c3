"""The calendar feed, and its private address on the page of settings."""

from dataclasses import replace

from flask import Response, abort, url_for
from flask_login import login_required

from leaderjournal.accounts.access import get_current_leader
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_settings
from leaderjournal.prompts.calendar import store as feed_store
from leaderjournal.prompts.calendar.feed import render_feed
from leaderjournal.prompts.channels import store as channel_store
from leaderjournal.prompts.pages.blueprint import Page, blueprint, flash_and_return
from leaderjournal.prompts.schedule import store as schedule_store


def find_feed_url(leader: Leader) -> str | None:
    """Return the private address of the leader's calendar feed, if it has one."""
    token = feed_store.get_token(leader.cipher)
    if token is None:
        return None
    return get_settings().public_url + url_for("prompts.calendar", token=token)


@blueprint.get("/calendar/<token>.ics")
def calendar(token: str) -> Response:
    """Return the leader's times to anybody who has the private address (RFC 5545)."""
    leader = feed_store.find_leader(token)
    if leader is None:
        abort(404)
    feed = render_feed(
        schedule=schedule_store.get_schedule(leader).schedule,
        zone=leader.time_zone,
        day_starts_at=leader.day_starts_at,
        public_url=get_settings().public_url,
        account=leader.id,
        now=clock.now(),
    )
    return Response(feed, mimetype="text/calendar")


@blueprint.post("/settings/prompts/calendar")
@login_required
def make_calendar() -> Page:
    """Create a private address for the calendar feed; an earlier one is revoked."""
    leader = get_current_leader()
    stored = schedule_store.get_schedule(leader)
    is_only_channel = not channel_store.get_channels(leader, stored).channels
    feed_store.create_token(leader.cipher)
    if not stored.schedule.enabled and is_only_channel and stored.schedule.times:
        schedule = replace(stored.schedule, enabled=True)
        schedule_store.save_schedule(leader, schedule, by_mail=stored.by_mail, now=clock.now())
        notice = "Your calendar link is ready, and reminders are on."
    else:
        notice = "Your calendar link is ready."
    return flash_and_return(notice, section="calendar")


@blueprint.post("/settings/prompts/calendar/end")
@login_required
def end_calendar() -> Page:
    """Revoke the private address."""
    feed_store.revoke_token(get_current_leader().id)
    return flash_and_return("Calendar link turned off.", section="calendar")
