"""A leader whose prompt is due now, and a dispatcher that sends to the stand-in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import time_machine
from factories import a_leader

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def zone_where_it_is(hour):
    """Return a zone in which it is about this hour now, so that no night gets into a test.

    For hours next to each other the zones are neighbours too, with no date line between them.
    """
    ahead = hour - datetime.now(UTC).hour
    if not -12 <= ahead <= 14:  # the zones that there are
        ahead = (ahead + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}" if ahead else "Etc/GMT"  # these count west of Greenwich


def allow(app, monkeypatch, host):
    """Let the app call the stand-in."""
    chosen = replace(app.extensions["settings"], push_allowed_hosts=(host,))
    monkeypatch.setitem(app.extensions, "settings", chosen)


def schedule(*times, **rest):
    return {"enabled": True, "times": list(times), "weekdays": EVERY_DAY} | rest


def clock_time(zone, **ago):
    """Return what the clock on the wall of `zone` showed some time ago, as HH:MM."""
    return f"{datetime.now(ZoneInfo(zone)) - timedelta(**ago):%H:%M}"


def a_leader_to_be_asked(client, *subscriptions, minutes_ago=1, zone=None, **rest):
    """Register a leader whose prompt was due some minutes ago, on these devices."""
    zone = zone or zone_where_it_is(12)
    leader = a_leader(client, time_zone=zone)
    for subscription in subscriptions:
        kept = leader.call("POST", "/push/subscriptions", subscription)
        assert kept.status_code == 201, kept.text
    ask(leader, zone, minutes_ago=minutes_ago, **rest)
    return leader


def ask(leader, zone, *, minutes_ago=1, **rest):
    """Let the leader have chosen, a little earlier, a time that has just passed."""
    at = clock_time(zone, minutes=minutes_ago)
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=minutes_ago + 1), tick=False):
        chosen = leader.call("PUT", "/prompt-schedule", schedule(at, **rest))
    assert chosen.status_code == 200, chosen.text
    return at
