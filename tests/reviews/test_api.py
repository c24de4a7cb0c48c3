"""Streaks and summaries over the API."""

from datetime import date, timedelta
from statistics import fmean, median

import pytest
from factories import create_leader

LEAD, SERVE, LET_GO = "lead-from-front", "protect-and-serve", "let-go"


def test_streak_begins_with_the_first_day_written(client):
    leader = create_leader(client)
    assert leader.get("/streak").json == {
        "current": 0,
        "longest": 0,
        "by_key": {key: {"current": 0, "longest": 0} for key in (LEAD, SERVE, LET_GO)},
        "freezes": 0,
        "steadiness": 0,
        "last_date": None,
        "at_risk": False,
    }
    leader.writes(leader.today(), (LEAD, 4, "Sat in on a call."))
    streak = leader.get("/streak").json
    assert (streak["current"], streak["longest"], streak["steadiness"]) == (1, 1, 100)
    assert streak["last_date"] == leader.today()
    assert streak["by_key"][LEAD]["current"] == 1
    assert streak["by_key"][LET_GO]["current"] == 0


def test_summary_of_a_month_matches_what_was_written(client):
    leader = create_leader(client, time_zone="UTC")
    month = date.fromisoformat(leader.today()).replace(day=1) - timedelta(days=1)
    before = (month.replace(day=1) - timedelta(days=1)).replace(day=10)
    scores = {2: 2, 3: 5, 9: 4, 10: 4}
    leader.writes(before, (LEAD, 1, "a poor day"))
    for day, score in scores.items():
        leader.writes(
            month.replace(day=day),
            (LEAD, score, "one two three four five six seven eight"),
            commitment="call" if day == 3 else "",
        )
    period = f"{month:%Y-%m}"
    summary = leader.get(f"/summaries/{period}").json
    lead = summary["by_key"][LEAD]
    assert summary["period"] == period
    assert summary["compared_with"] == f"{before:%Y-%m}"
    practice = sum(month.replace(day=day).isoweekday() < 6 for day in scores)
    assert summary["days_kept"] == practice
    assert summary["days_extra"] == len(scores) - practice
    assert summary["days_expected"] >= summary["days_kept"]
    by_date = {d["date"]: d["marks"] for d in summary["days"]}
    for day in scores:
        expected = "kept" if month.replace(day=day).isoweekday() < 6 else "extra"
        assert by_date[str(month.replace(day=day))][0] == expected
    assert summary["words"] == 8 * len(scores) + 1
    assert lead["mean"] == pytest.approx(fmean(scores.values()))
    assert lead["median"] == median(scores.values())
    assert lead["count"] == len(scores)
    assert lead["previous_mean"] == 1
    assert lead["trend"] == pytest.approx(fmean(scores.values()) - 1)
    assert lead["best"] == {"date": str(month.replace(day=3)), "score": 5}
    assert summary["by_key"][SERVE]["mean"] is None
    written = {d["date"]: d["scores"][LEAD] for d in summary["days"] if d["scores"][LEAD]}
    assert written == {str(month.replace(day=day)): score for day, score in scores.items()}
    assert summary["commitments"] == {"made": 1, "kept": 0, "missed": 0, "open": 1}
    assert all(h["text"].startswith("one two") for h in summary["highlights"])
    year = leader.get(f"/summaries/{month:%Y}").json
    assert year["period"] == f"{month:%Y}"
    assert year["days_kept"] >= practice


@pytest.mark.parametrize("period", ["2026-13", "november", "26", "1899", "2026-1", "9999-12"])
def test_invalid_period_error_says_what_is_allowed(client, period):
    reply = create_leader(client).get(f"/summaries/{period}")
    assert reply.status_code == 422
    assert "2026-11" in reply.json["errors"]["period"][0]


def test_changed_practice_days_do_not_change_the_past(client):
    leader = create_leader(client)
    leader.call("PATCH", "/me", {"practice_days": [1, 2, 3, 4, 5, 6, 7]})
    leader.call("PATCH", "/me", {"practice_days": [3]})
    leader.writes(leader.today(), (LEAD, 4, "today"))
    assert leader.get("/streak").json["current"] == 1
