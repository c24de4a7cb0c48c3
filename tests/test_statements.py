"""How many statements a call sends: few, and after a year as many as after a week."""

from uuid import UUID

import pytest
from counting import count_statements
from factories import sign_in, write_days

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import days_after
from leaderjournal.practice.catalogue import KEY_SLUGS

MOST = {
    "/api/v1/me": 1,
    "/api/v1/reflections": 2,
    "/api/v1/streak": 4,
    "PUT": 6,
    "/": 4,
    "/settings": 6,
    "/settings/practice": 2,
}
"""Of a leader who joined long ago and has opened today's page before."""

MOST_FOR_A_YEAR = 12
"""Its days, answers and portrait, what has passed since, the log, and what it is compared with."""


def count(app, ask):
    """Return how many statements the second of two equal requests takes."""
    ask()
    with count_statements(app) as seen:
        reply = ask()
    assert reply.status_code < 300, reply.text
    return len(seen)


def count_all(app, leader, browser):
    """Return the number of statements of each call of MOST, and of others."""
    day = leader.today()
    words = iter(range(99))

    def save():
        answers = [{"key": key, "score": 4, "text": f"{next(words)}"} for key in KEY_SLUGS]
        return leader.call("PUT", f"/reflections/{day}", {"answers": answers})

    paths = [path for path in MOST if path != "PUT"]
    paths += [f"/api/v1/summaries/{day[:7]}", f"/month/{day[:7]}", f"/year/{day[:4]}"]
    counted = {"PUT": count(app, save)}
    for path in paths:
        client, headers = (leader.client, leader.headers) if "/api/" in path else (browser, {})
        counted[path] = count(app, lambda c=client, p=path, h=headers: c.get(p, headers=h))
    return counted


@pytest.fixture
def old_leader(app, leader):
    with app.app_context(), write_transaction() as session:
        account = session.get_one(accounts_store.Account, UUID(leader.id))
        account.joined_on = days_after(account.joined_on, -400)
    return leader


def test_calls_take_few_statements_and_no_more_for_a_year_than_for_a_week(app, old_leader, client):
    sign_in(client, old_leader)
    write_days(app, old_leader, 7)
    after_a_week = count_all(app, old_leader, client)
    write_days(app, old_leader, 370)
    after_a_year = count_all(app, old_leader, client)
    assert after_a_year == after_a_week
    assert after_a_year[f"/year/{old_leader.today()[:4]}"] <= MOST_FOR_A_YEAR
    assert [name for name, most in MOST.items() if after_a_week[name] > most] == []
