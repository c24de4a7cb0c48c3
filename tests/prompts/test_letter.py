"""The fortnightly letter: sent once over real SMTP, with own text only where chosen."""

import re
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
import time_machine
from factories import create_leader
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import write_transaction
from leaderjournal.kernel.days import Instant, days_after, to_local_date
from leaderjournal.practice import catalogue
from leaderjournal.practice.catalogue_file import CatalogueError, read_one_things
from leaderjournal.prompts.letter import store
from leaderjournal.prompts.letter.rules import (
    ScoredBehaviour,
    compare_key,
    extract_line,
    find_weakest_behaviour,
    get_due_at,
    get_first_date,
    get_next_date,
)
from leaderjournal.prompts.letter.sending import send_due

BEHAVIOURS = tuple(b.slug for key in catalogue.list_keys() for b in key.behaviours)
days = st.dates(date(2024, 1, 1), date(2030, 12, 31)).map(to_local_date)


def choose_letter(leader, **chosen):
    reply = leader.call("PUT", "/letter", {"enabled": True} | chosen)
    assert reply.status_code == 200, reply.text
    return date.fromisoformat(reply.json["next_date"])


def send_letters(app, moment):
    with app.app_context(), time_machine.travel(moment, tick=False):
        return send_due(now=Instant(moment))


def get_morning(day):
    return datetime.combine(day, time(11), tzinfo=UTC)


def get_text(message):
    [plain] = [part for part in message.walk() if part.get_content_type() == "text/plain"]
    return plain.get_payload(decode=True).decode()


def test_letter_is_off_by_default(app, leader, mailbox):
    assert leader.get("/letter").json == {
        "enabled": False,
        "with_words": False,
        "next_date": None,
        "mail_waits": False,
    }
    send_letters(app, datetime.now(UTC) + timedelta(days=20))
    assert [mail for mail in mailbox if mail["To"] == leader.email] == []


def test_letter_has_figures_one_behaviour_and_one_action_but_no_own_text(app, leader, mailbox):
    today = date.fromisoformat(leader.today())
    monday = choose_letter(leader)
    assert (monday.isoweekday(), monday > today) == (1, True)
    for back in (0, 1):
        leader.call(
            "PUT",
            f"/reflections/{today - timedelta(days=back)}",
            {
                "answers": [
                    {"key": "let-go", "behaviour": "celebrate", "score": 1, "text": "Zanzibar."},
                    {"key": "lead-from-front", "behaviour": "inspect", "score": 5},
                ]
            },
        )
    leader.call("POST", "/wins", {"text": "The Quetzal tender"})
    leader.call("POST", "/commitments", {"text": "Ring Ben", "state": "kept"})
    assert send_letters(app, get_morning(monday) - timedelta(hours=6)) == 0
    assert send_letters(app, get_morning(monday)) == 1
    assert send_letters(app, get_morning(monday)) == 0
    [letter] = [mail for mail in mailbox if mail["To"] == leader.email]
    text = get_text(letter)
    written = [today - timedelta(days=back) for back in (0, 1)]
    practice = [day for day in written if day.isoweekday() < 6]
    assert f"Practice days written: {len(practice)} of " in text
    extra = len(written) - len(practice)
    assert (f"Other days written: {extra}" in text) == bool(extra)
    for told in (
        "Let go: 1.0",
        "Lead from the front: 5.0",
        "Wins: 1",
        "Commitments kept: 1 of 1",
        "Your focus: Celebrate (Let go)",
        "How far did you celebrate success along the way today?",
        catalogue.get_one_thing("celebrate"),
    ):
        assert told in text
    for part in letter.walk():
        content = (part.get_payload(decode=True) or b"").decode()
        assert not any(word in content for word in ("Zanzibar", "Quetzal", "Ben"))
    assert leader.get("/letter").json["next_date"] == str(monday + timedelta(days=14))


def test_line_to_reread_appears_only_when_chosen(app, leader, mailbox):
    leader.writes(leader.today(), ("let-go", 4, "I left the room and nobody noticed."))
    monday = choose_letter(leader, with_words=True)
    send_letters(app, get_morning(monday))
    [letter] = [mail for mail in mailbox if mail["To"] == leader.email]
    assert "I left the room and nobody noticed." in get_text(letter)


def test_posting_the_link_ends_the_letter_and_opening_it_does_not(app, leader, mailbox, client):
    monday = choose_letter(leader)
    send_letters(app, get_morning(monday))
    [letter] = [mail for mail in mailbox if mail["To"] == leader.email]
    link = re.search(r"<https?://[^/]+(/letter/unsubscribe/[^>]+)>", letter["List-Unsubscribe"])[1]
    assert link in get_text(letter)
    assert client.get(link).status_code == 200
    assert leader.get("/letter").json["enabled"] is True
    assert client.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert leader.get("/letter").json["enabled"] is False
    assert client.post("/letter/unsubscribe/guess").status_code == 404
    prompts = link.replace("/letter/", "/prompts/")
    assert client.post(prompts).status_code == 404, "a token ends what it was made for alone"


def test_two_workers_send_one_letter_and_a_failing_server_gets_a_retry(app, leader):
    monday = choose_letter(leader)
    now = Instant(get_morning(monday))
    with app.app_context():
        mine = accounts_store.find_leader(UUID(leader.id))
        [letter] = [due for due in store.list_due(now=now) if due.account_id == mine.id]
        assert store.claim(mine, letter, now=now) is True
        assert store.claim(mine, letter, now=now) is False
        store.defer(mine, letter, now=now)
        assert [due for due in store.list_due(now=now) if due.account_id == mine.id] == []
        later = Instant(now + timedelta(hours=1))
        [again] = [due for due in store.list_due(now=later) if due.account_id == mine.id]
        assert again.date == letter.date
        store.end_letter(mine.id)


def list_letters_to(mailbox, leader):
    return [mail for mail in mailbox if mail["To"] == leader.email]


@pytest.mark.parametrize(("code", "again"), [(450, 1), (550, 0)])
def test_refused_letter_delays_no_other_letter(
    app, leader, client, mailbox, mail_server, monkeypatch, code, again
):
    other = create_leader(client)
    monday = choose_letter(leader)
    choose_letter(other)

    async def refuse(_server, _session, envelope, address, _options):
        if address == leader.email:
            return f"{code} not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    with monkeypatch.context() as patch:
        patch.setattr(mail_server.handler, "handle_RCPT", refuse, raising=False)
        assert send_letters(app, get_morning(monday)) == 1
    assert len(list_letters_to(mailbox, other)) == 1
    assert send_letters(app, get_morning(monday) + timedelta(hours=2)) == again
    assert len(list_letters_to(mailbox, leader)) == again


def test_account_without_its_key_delays_no_other_letter(app, leader, client, mailbox):
    other = create_leader(client)
    monday = choose_letter(leader)
    choose_letter(other)
    with app.app_context(), write_transaction() as session:
        lost = sa.update(Account).where(Account.id == UUID(leader.id))
        session.execute(lost.values(key_wrapped_by="gone"))
    assert send_letters(app, get_morning(monday)) == 1
    assert send_letters(app, get_morning(monday)) == 0
    assert len(list_letters_to(mailbox, other)) == 1


def test_letter_follows_its_leaders_time_zone_and_never_comes_twice(app, leader, mailbox):
    monday = choose_letter(leader)
    leader.call("PATCH", "/me", {"time_zone": "America/Los_Angeles"})
    assert send_letters(app, datetime.combine(monday, time(6, 31), tzinfo=UTC)) == 0
    leader.call("PATCH", "/me", {"time_zone": "Europe/Berlin"})
    assert send_letters(app, datetime.combine(monday, time(6, 31), tzinfo=UTC)) == 1
    leader.call("PATCH", "/me", {"time_zone": "Pacific/Honolulu"})
    assert send_letters(app, datetime.combine(monday, time(23), tzinfo=UTC)) == 0
    assert len(list_letters_to(mailbox, leader)) == 1
    assert leader.get("/letter").json["next_date"] == str(monday + timedelta(days=14))


@pytest.mark.parametrize(("text", "line"), [
    ("  Short.  \nMore.", "Short."),
    ("One. " * 60, ("One. " * 48).strip()),
    ("She said “Go.” Then " + "word " * 60, "She said “Go.”"),
    ("word " * 60, ("word " * 48).strip() + " …"),
    ("x" * 300, "x" * 240 + " …"),
])  # fmt: skip
def test_letter_quotes_at_most_one_short_line(text, line):
    assert extract_line(text) == line


def test_letter_is_turned_on_and_off_in_the_settings(leader, post):
    page = post("/settings/prompts/letter", letter="yes")
    assert "Saved. Your next summary comes on Monday" in page.text
    assert leader.get("/letter").json["with_words"] is False
    post("/settings/prompts/letter", letter="yes", with_words="yes")
    assert leader.get("/letter").json["with_words"] is True
    assert "No summary comes." in post("/settings/prompts/letter").text
    assert leader.get("/letter").json["enabled"] is False


@given(days, st.integers(0, 400))
def test_letters_come_on_mondays_fourteen_days_apart(today, late):
    first = get_first_date(today)
    assert (first.isoweekday(), 1 <= (first - today).days <= 7) == (1, True)
    assert get_next_date(first, days_after(first, -1)) == days_after(first, 14), (
        "never the same again"
    )
    following = get_next_date(first, days_after(first, late))
    assert following > days_after(first, late)
    assert (following - first).days % 14 == 0
    assert (following - days_after(first, late)).days <= 14


@given(days, st.sampled_from(["Europe/Berlin", "America/New_York", "Pacific/Apia", "Asia/Kolkata"]))
def test_letter_is_due_at_half_past_seven_local_time(day, zone):
    assert get_due_at(day, zone).astimezone(ZoneInfo(zone)).isoformat()[:16] == f"{day}T07:30"


@given(st.lists(st.builds(
    ScoredBehaviour, st.just("let-go"), st.sampled_from(BEHAVIOURS[:5]), st.integers(1, 5)
)))  # fmt: skip
def test_weakest_behaviour_has_the_lowest_mean(scored):
    found = find_weakest_behaviour(scored, BEHAVIOURS)
    table = {slug: [s.score for s in scored if s.behaviour == slug] for slug in BEHAVIOURS}
    enough = {slug: scores for slug, scores in table.items() if len(scores) >= 2}
    if not enough:
        assert len(table[found]) == min(len(scores) for scores in table.values())
        return
    lowest = min(sum(scores) / len(scores) for scores in enough.values())
    assert sum(enough[found]) / len(enough[found]) == lowest


@given(st.dictionaries(days, st.integers(1, 5), max_size=40), days)
def test_key_means_compare_this_fortnight_with_the_previous_one(scores, first):
    last = days_after(first, 13)
    found = compare_key("let-go", scores, first, last)
    for mean, start in ((found.mean, first), (found.previous_mean, days_after(first, -14))):
        expected = [scores[d] for n in range(14) if (d := days_after(start, n)) in scores]
        assert mean == (pytest.approx(sum(expected) / len(expected)) if expected else None)


@pytest.mark.parametrize("toml", ["", 'inspect = "x"', 'juggle = "x"'])
def test_every_behaviour_has_one_action(toml):
    with pytest.raises(CatalogueError, match="one thing to do"):
        read_one_things(toml, catalogue.list_keys())
