"""Creates leaders whose prompt is due now, and lets the app call the fake push service."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from factories import create_leader

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def find_zone_at_hour(hour):
    """Return a zone in which it is about this hour now, so that no night affects a test.

    Zones of neighbouring hours are neighbours too, without the date line between them.
    """
    ahead = hour - datetime.now(UTC).hour
    if not -12 <= ahead <= 14:  # the existing zones
        ahead = (ahead + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # these count west of Greenwich


def allow_push_host(app, monkeypatch, host):
    """Let the app call the fake push service."""
    chosen = replace(app.extensions["settings"], push_allowed_hosts=(host,))
    monkeypatch.setitem(app.extensions, "settings", chosen)


def build_schedule(*times, **rest):
    return {"enabled": True, "times": list(times), "weekdays": EVERY_DAY} | rest


def get_clock_time(zone, **ago):
    """Return what the wall clock of `zone` showed some time ago, as HH:MM."""
    return f"{datetime.now(ZoneInfo(zone)) - timedelta(**ago):%H:%M}"


def create_prompted_leader(client, *subscriptions, minutes_ago=1, zone=None, **rest):
    """Create a leader with these devices whose prompt was due some minutes ago."""
    zone = zone or find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    for subscription in subscriptions:
        kept = leader.call("POST", "/push/subscriptions", subscription)
        assert kept.status_code == 201, kept.text
    make_prompt_due(leader, zone, minutes_ago=minutes_ago, **rest)
    return leader


def make_prompt_due(leader, zone, *, minutes_ago=1, **rest):
    """Set the leader's time to one that has just passed, as if set before it; return it."""
    at = get_clock_time(zone, minutes=minutes_ago)
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=minutes_ago + 1), tick=False):
        chosen = leader.call("PUT", "/prompt-schedule", build_schedule(at, **rest))
    assert chosen.status_code == 200, chosen.text
    return at
