"""Prompts that come due reach the devices that asked, through a real push service, once."""

import socket
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Timer
from uuid import UUID

import pytest
import sqlalchemy as sa
import time_machine
from factories import a_leader
from prometheus_client import REGISTRY
from prompts.prompting import (
    EVERY_DAY,
    a_leader_to_be_asked,
    allow,
    ask,
    clock_time,
    schedule,
    zone_where_it_is,
)

from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.practice import catalogue
from leaderjournal.prompts.delivery import dispatch, store
from leaderjournal.prompts.delivery.dispatch import Dispatcher
from leaderjournal.prompts.delivery.models import PromptMessage
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.rules import OWN_QUESTIONS_TEXT
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.models import PromptDelivery, PromptSchedule
from leaderjournal.questions.models import ServedQuestion

LEASE = timedelta(minutes=2)


@pytest.fixture
def dispatcher(app, push_service, monkeypatch):
    allow(app, monkeypatch, push_service.host)
    with Dispatcher(app, seconds=3) as dispatcher:
        yield dispatcher


def rows(app, model):
    with app.app_context():
        return list(db.session.scalars(sa.select(model)))


def later(**time):
    """Go on some time later; services keep their own clocks."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**time))


def counted(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_prompt_reaches_every_device_that_asked_once(client, dispatcher, push_service):
    phone, tablet = push_service.subscription(), push_service.subscription()
    leader = a_leader_to_be_asked(client, phone, tablet)
    assert dispatcher.run_once() == 2
    assert dispatcher.run_once() == 0
    asked = leader.get("/prompts/today").json
    for device in (phone, tablet):
        [shown] = push_service.shown(device)
        key = shown["data"]["key"]
        assert shown["data"] == {
            "local_date": asked["local_date"],
            "key": key,
            "account": leader.id,
        }
        assert shown["body"] in {q["text"] for q in asked["questions"] if q["key"] == key}
        assert shown["title"] == catalogue.get_key(key).name
        assert shown["tag"] == f"reflect-{asked['local_date']}"
        [received] = push_service.received(device)
        assert received.json["web_push"] == 8030
        assert received.headers["urgency"] == "normal"
        assert 0 < int(received.headers["ttl"]) <= 15 * 3600
        assert len(received.headers["topic"]) == 32
        assert leader.id not in received.headers["topic"]
    listed = leader.get("/push/subscriptions").json["items"]
    assert {(device["last_outcome"], device["last_status"]) for device in listed} == {("sent", 201)}


def test_what_is_asked_is_chosen_ahead_for_those_who_will_be_asked(
    client, app, dispatcher, push_service
):
    zone = zone_where_it_is(12)
    soon = {"minutes_ago": -5, "zone": zone}
    device = push_service.subscription()
    asked = a_leader_to_be_asked(client, device, **soon)
    a_leader_to_be_asked(client, **soon)  # who has no device
    paused = a_leader_to_be_asked(client, push_service.subscription(), **soon)
    pause = paused.call("POST", "/pauses", {"first_date": "2026-08-01"})
    assert pause.status_code == 201, pause.text
    a_leader_to_be_asked(client, push_service.subscription(), minutes_ago=-60, zone=zone)
    assert dispatcher.prepare_questions()
    assert not dispatcher.prepare_questions()
    chosen = rows(app, ServedQuestion)
    assert {str(row.account_id) for row in chosen} == {asked.id}
    assert len(chosen) == 3
    assert dispatcher.run_once() == 0
    with later(minutes=6):
        assert dispatcher.run_once() == 1
    [shown] = push_service.shown(device)
    assert shown["body"] in {q["text"] for q in asked.get("/prompts/today").json["questions"]}
    assert len(rows(app, ServedQuestion)) == 3


def test_workers_prepare_for_different_leaders(client, app, dispatcher, push_service):
    zone = zone_where_it_is(12)
    for _ in range(4):
        a_leader_to_be_asked(client, push_service.subscription(), minutes_ago=-5, zone=zone)
    with app.app_context():
        now = clock.now()
        bounds = {"now": now, "until": Instant(now + timedelta(minutes=10)), "by_mail": False}
        with store.lock_upcoming(after=(now, UUID(int=0)), limit=2, **bounds) as here:
            on_sqlite = db.engine.dialect.name == "sqlite"  # which has one worker
            with store.lock_upcoming(after=(now, UUID(int=0)), limit=2, **bounds) as there:
                assert len(here.days) == len(there.days) == 2
                assert bool(set(here.days) & set(there.days)) is on_sqlite
            with store.lock_upcoming(after=here.last, limit=2, **bounds) as rest:
                assert len(rest.days) == 2
                assert not set(here.days) & set(rest.days)


def test_who_has_written_today_is_not_asked(client, app, dispatcher, push_service):
    phone = push_service.subscription()
    leader = a_leader_to_be_asked(client, phone)
    leader.writes(leader.today(), ("let-go", 3, ""))
    assert dispatcher.run_once() == 0
    assert push_service.attempts(phone) == []
    assert [delivery.decision for delivery in rows(app, PromptDelivery)] == ["written"]


def test_who_writes_before_a_second_try_is_not_asked_again(client, app, dispatcher, push_service):
    phone = push_service.subscription("recovers")
    leader = a_leader_to_be_asked(client, phone)
    dispatcher.run_once()
    leader.writes(leader.today(), ("let-go", 3, ""))
    with later(minutes=1):
        dispatcher.run_once()
    assert push_service.shown(phone) == []
    [message] = rows(app, PromptMessage)
    assert (message.outcome, message.next_try_at) == ("written", None)


@pytest.mark.parametrize("kind", ["not-found", "gone"])
def test_a_device_that_is_gone_is_forgotten(client, app, dispatcher, push_service, kind):
    leader = a_leader_to_be_asked(client, push_service.subscription(kind))
    dispatcher.run_once()
    assert leader.get("/push/subscriptions").json["items"] == []
    with later(hours=1):
        assert dispatcher.run_once() == 0


@pytest.mark.parametrize(
    ("kind", "status"), [("too-large", 413), ("bad-request", 400), ("forbidden", 403)]
)
def test_what_is_refused_is_recorded_and_not_tried_again(
    client, app, dispatcher, push_service, kind, status
):
    device = push_service.subscription(kind)
    leader = a_leader_to_be_asked(client, device)
    dispatcher.run_once()
    with later(hours=1):
        dispatcher.run_once()
    assert len(push_service.attempts(device)) == 1
    [kept] = leader.get("/push/subscriptions").json["items"]
    assert (kept["last_outcome"], kept["last_status"]) == ("refused", status)


@pytest.mark.parametrize("kind", ["slow-down", "slow-down-until"])
def test_a_service_that_asks_to_wait_is_left_alone_so_long(client, dispatcher, push_service, kind):
    device = push_service.subscription(kind)
    a_leader_to_be_asked(client, device)
    dispatcher.run_once()
    with later(seconds=100):  # it asked for 120
        dispatcher.run_once()
    assert len(push_service.attempts(device)) == 1
    with later(seconds=140):
        dispatcher.run_once()
    assert len(push_service.attempts(device)) == 2


@pytest.mark.parametrize("kind", ["error", "cut"])
def test_a_service_in_trouble_is_tried_again_ever_more_rarely_until_the_prompt_expires(
    client, app, dispatcher, push_service, kind
):
    device = push_service.subscription(kind)
    a_leader_to_be_asked(client, device)
    dispatcher.run_once()
    waits, before = [], clock.now()
    while (again := rows(app, PromptMessage)[0].next_try_at) and len(waits) < 5:
        waits.append(again - before)
        before = again
        with time_machine.travel(again + timedelta(seconds=1)):
            dispatcher.run_once()
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    [message] = rows(app, PromptMessage)
    with time_machine.travel(rows(app, PromptDelivery)[0].expires_at):
        dispatcher.run_once()
    [message] = rows(app, PromptMessage)
    assert (message.outcome, message.next_try_at) == ("expired", None)


def test_one_service_that_hangs_holds_up_nobody_else(client, app, dispatcher, push_service):
    hanging, healthy = push_service.subscription("hangs"), push_service.subscription()
    a_leader_to_be_asked(client, hanging)
    a_leader_to_be_asked(client, healthy)
    while not push_service.shown(healthy):
        dispatcher.process_batch()
    assert {m.outcome for m in rows(app, PromptMessage)} <= {None, "sent"}
    dispatcher.run_once()
    assert Counter(m.outcome for m in rows(app, PromptMessage)) == {"sent": 1, "later": 1}


def test_a_service_that_recovers_gets_the_prompt(client, dispatcher, push_service):
    device = push_service.subscription("recovers")
    a_leader_to_be_asked(client, device)
    dispatcher.run_once()
    assert push_service.shown(device) == []
    with later(minutes=1):
        dispatcher.run_once()
    assert len(push_service.shown(device)) == 1


def test_a_prompt_that_is_too_late_is_dropped_and_counted(client, app, dispatcher, push_service):
    phone = push_service.subscription()
    before = counted("journal_prompts_total", fate="late")
    a_leader_to_be_asked(client, phone, minutes_ago=61)
    assert dispatcher.run_once() == 0
    assert push_service.attempts(phone) == []
    assert counted("journal_prompts_total", fate="late") == before + 1
    [row] = rows(app, PromptSchedule)
    assert row.next_due_at > clock.now()


def test_after_days_without_a_worker_one_prompt_comes_and_not_one_for_each_day(
    client, app, dispatcher, push_service
):
    phone = push_service.subscription()
    zone = zone_where_it_is(12)
    leader = a_leader_to_be_asked(client, phone, zone=zone)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=5), tick=False):
        leader.call("PUT", "/prompt-schedule", schedule(clock_time(zone, minutes=1)))
    dispatcher.run_once()
    assert len(push_service.received(phone)) == 1
    assert Counter(d.decision for d in rows(app, PromptDelivery)) == {"late": 1, "due": 1}


def test_what_a_dead_worker_held_is_sent_by_another_when_the_lease_is_over(
    client, app, dispatcher, push_service
):
    phone = push_service.subscription()
    a_leader_to_be_asked(client, phone)
    with app.app_context():
        store.claim_due(now=clock.now(), limit=10, by_mail=False)
        assert len(store.claim_messages(now=clock.now(), limit=10, lease=LEASE)) == 1
    assert dispatcher.run_once() == 0
    with later(minutes=3):
        assert dispatcher.run_once() == 1
    assert len(push_service.shown(phone)) == 1


def test_a_worker_that_died_after_sending_leaves_one_prompt_on_the_screen(
    client, app, dispatcher, push_service
):
    phone = push_service.subscription()
    a_leader_to_be_asked(client, phone)
    dispatcher.run_once()
    with app.app_context():  # as if the answer had never been recorded
        db.session.execute(
            sa.update(PromptMessage).values(next_try_at=clock.now() + LEASE, outcome=None)
        )
        db.session.commit()
    with later(minutes=3):
        dispatcher.run_once()
    assert len(push_service.received(phone)) == 2
    assert len(push_service.shown(phone)) == 1


def test_a_phone_that_was_off_shows_the_last_prompt_of_the_day_alone(
    client, dispatcher, push_service
):
    phone = push_service.subscription()
    zone = zone_where_it_is(12)
    leader = a_leader_to_be_asked(client, phone, zone=zone)
    push_service.turn_off(phone)
    dispatcher.run_once()
    ask(leader, zone, minutes_ago=0)
    dispatcher.run_once()
    push_service.turn_on(phone)
    assert len(push_service.received(phone)) == 1


def test_several_workers_send_each_prompt_once(client, app, push_service, monkeypatch):
    allow(app, monkeypatch, push_service.host)
    devices = [push_service.subscription() for _ in range(6)]
    for device in devices:
        a_leader_to_be_asked(client, device)

    def work(_):
        with Dispatcher(app) as dispatcher:
            return dispatcher.run_once()

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(work, range(3))) == len(devices)
    assert [len(push_service.received(device)) for device in devices] == [1] * len(devices)


def test_a_pause_of_the_practice_is_a_pause_of_prompts(client, app, dispatcher, push_service):
    phone = push_service.subscription()
    leader = a_leader_to_be_asked(client, phone)
    leader.call("POST", "/pauses", {"first_date": leader.today()})
    assert dispatcher.run_once() == 0
    assert [delivery.decision for delivery in rows(app, PromptDelivery)] == ["paused"]


def test_a_prompt_never_says_a_question_of_the_leaders_own(client, dispatcher, push_service):
    phone = push_service.subscription()
    zone = zone_where_it_is(12)
    leader = a_leader(client, time_zone=zone)
    for key in catalogue.KEY_SLUGS:
        own = {"key": key, "text": f"Did I keep my word to Bob? ({key})", "every_days": 1}
        assert leader.call("POST", "/questions", own).status_code == 201
    leader.call("POST", "/push/subscriptions", phone)
    ask(leader, zone)
    dispatcher.run_once()
    assert all("Bob" in q["text"] for q in leader.get("/prompts/today").json["questions"])
    [shown] = push_service.shown(phone)
    assert shown["body"] == OWN_QUESTIONS_TEXT
    assert b"Bob" not in push_service.received(phone)[0].payload


def test_who_wants_no_push_gets_the_prompt_by_mail_until_they_stop_it(
    client, app, dispatcher, mailbox
):
    zone = zone_where_it_is(12)
    leader = a_leader_to_be_asked(client, zone=zone, by_mail=True)
    dispatcher.run_once()
    [mail] = mailbox
    assert mail["To"] == leader.email
    link = mail["List-Unsubscribe"].strip("<>")
    plain = mail.get_payload()[0].get_payload(decode=True).decode()
    asked = {q["text"] for q in leader.get("/prompts/today").json["questions"]}
    assert any(text in " ".join(plain.split()) for text in asked)
    assert link.split("/")[3:5] == ["prompts", "unsubscribe"]
    mailbox.clear()
    leader.call("PUT", "/prompt-schedule", schedule("12:00", by_mail=False))
    ask(leader, zone, minutes_ago=0)
    dispatcher.run_once()
    assert mailbox == []


def test_a_mail_is_tried_again_while_the_mail_server_is_away(
    client, app, push_service, monkeypatch, mailbox
):
    right = app.extensions["settings"]
    allow(app, monkeypatch, push_service.host)
    monkeypatch.setitem(app.extensions, "settings", replace(right, smtp_url="smtp://127.0.0.1:9"))
    a_leader_to_be_asked(client, by_mail=True)
    with Dispatcher(app) as dispatcher:
        dispatcher.run_once()
    [message] = rows(app, PromptMessage)
    assert message.outcome == "later"
    monkeypatch.setitem(app.extensions, "settings", right)
    with later(minutes=1), Dispatcher(app) as dispatcher:
        dispatcher.run_once()
    assert len(mailbox) == 1


def test_a_streak_at_risk_is_spoken_of_where_that_was_asked_for(client, dispatcher, push_service):
    half_past = datetime.now(UTC).minute >= 30
    zone = zone_where_it_is(20 if half_past else 21)  # so that 20:30 was less than an hour ago

    def leader_with(phone, *, days, **rest):
        leader = a_leader(client, time_zone=zone)
        leader.call("PATCH", "/me", {"practice_days": EVERY_DAY})
        leader.call("POST", "/push/subscriptions", phone)
        today = datetime.fromisoformat(leader.today())
        for back in range(1, days + 1):
            leader.writes(str((today - timedelta(days=back)).date()), ("let-go", 3, ""))
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=65), tick=False):
            chosen = leader.call("PUT", "/prompt-schedule", schedule(**rest))
            assert chosen.status_code == 200, chosen.text
        return leader

    at_risk, safe, silent = (push_service.subscription() for _ in range(3))
    leader_with(at_risk, days=2, streak_at_risk=True)
    leader_with(safe, days=0, streak_at_risk=True)
    leader_with(silent, days=2, enabled=False)
    dispatcher.run_once()
    assert len(push_service.shown(at_risk)) == 1
    assert push_service.shown(safe) == []
    assert push_service.shown(silent) == []


def test_a_journey_west_brings_no_prompt_a_second_time(client, app, dispatcher, push_service):
    phone = push_service.subscription()
    zone = zone_where_it_is(12)
    leader = a_leader_to_be_asked(client, phone, zone=zone)
    dispatcher.run_once()
    leader.call("PATCH", "/me", {"time_zone": zone_where_it_is(11)})
    [row] = rows(app, PromptSchedule)
    assert row.next_due_at - clock.now() > timedelta(hours=20)


def test_a_journey_east_drops_no_prompt_of_today(client, app, dispatcher, push_service):
    phone = push_service.subscription()
    zone = zone_where_it_is(12)
    leader = a_leader(client, time_zone=zone)
    leader.call("POST", "/push/subscriptions", phone)
    leader.call("PUT", "/prompt-schedule", schedule(clock_time(zone, minutes=-30)))
    dispatcher.run_once()
    assert push_service.shown(phone) == []
    leader.call("PATCH", "/me", {"time_zone": zone_where_it_is(13)})
    dispatcher.run_once()
    assert len(push_service.shown(phone)) == 1


def test_a_prompt_that_is_due_still_comes_where_the_schedule_changes_before_it_is_claimed(
    client, dispatcher, push_service
):
    phones = [push_service.subscription() for _ in range(3)]
    zone = zone_where_it_is(12)
    saves, moves, ends = (a_leader_to_be_asked(client, phone, zone=zone) for phone in phones)
    saves.call("PUT", "/prompt-schedule", schedule("08:00"))
    moves.call("PATCH", "/me", {"time_zone": zone_where_it_is(11)})
    ends.call("PUT", "/prompt-schedule", schedule("08:00", enabled=False))
    dispatcher.run_once()
    assert [len(push_service.shown(phone)) for phone in phones] == [1, 1, 0]


def test_a_snooze_moves_the_prompt(client, dispatcher, push_service):
    phone = push_service.subscription()
    zone = zone_where_it_is(12)
    leader = a_leader(client, time_zone=zone)
    leader.call("POST", "/push/subscriptions", phone)
    leader.call("PUT", "/prompt-schedule", schedule(clock_time(zone, minutes=-10)))
    snoozed = leader.call("POST", "/prompts/snooze", {"minutes": 30})
    assert snoozed.status_code == 200
    with later(minutes=12):
        dispatcher.run_once()
    assert push_service.shown(phone) == []
    with later(minutes=31):
        dispatcher.run_once()
    assert len(push_service.shown(phone)) == 1


def test_a_database_that_is_away_is_asked_again(client, app, push_service, monkeypatch, caplog):
    allow(app, monkeypatch, push_service.host)
    monkeypatch.setattr(dispatch, "DATABASE_RETRY_SECONDS", 0.05)
    phone = push_service.subscription()
    a_leader_to_be_asked(client, phone)
    with app.app_context():
        table = PromptSchedule.__table__.name
        db.session.execute(sa.text(f"ALTER TABLE {table} RENAME TO away"))
        db.session.commit()
    stop = Event()

    def come_back():
        with app.app_context():
            db.session.execute(sa.text(f"ALTER TABLE away RENAME TO {table}"))
            db.session.commit()

    def stop_when_shown():
        if push_service.shown(phone):
            stop.set()
        else:
            Timer(0.1, stop_when_shown).start()

    Timer(0.5, come_back).start()
    Timer(0.6, stop_when_shown).start()
    with Dispatcher(app) as dispatcher:
        dispatcher.run(stop)
    assert "the database failed" in caplog.text
    assert len(push_service.shown(phone)) == 1


def test_deliveries_are_forgotten_after_a_month(client, app, dispatcher, push_service):
    a_leader_to_be_asked(client, push_service.subscription())
    dispatcher.run_once()
    with app.app_context():
        assert store.delete_old(now=clock.now()) == 0
        assert store.delete_old(now=clock.now() + timedelta(days=31)) == 1
    assert rows(app, PromptMessage) == []


def test_nothing_of_a_leader_is_logged_or_counted_by_name(
    client, app, dispatcher, push_service, caplog
):
    caplog.set_level("DEBUG")
    phone = push_service.subscription()
    leader = a_leader_to_be_asked(client, phone)
    dispatcher.run_once()
    told = caplog.text + client.get("/metrics").text
    assert "journal_prompt_lateness_seconds_bucket" in told
    for private in (leader.email, leader.id, phone["endpoint"], phone["keys"]["auth"]):
        assert private not in told
    assert rows(app, PushSubscription)


def test_an_account_whose_key_is_missing_holds_up_nobody_else(
    client, app, dispatcher, push_service, mailbox
):
    zone = zone_where_it_is(12)
    locked = a_leader_to_be_asked(client, zone=zone, by_mail=True)
    phone = push_service.subscription()
    a_leader_to_be_asked(client, phone, zone=zone)
    with app.app_context():
        db.session.execute(
            sa.update(Account).where(Account.id == UUID(locked.id)).values(key_wrapped_by="gone")
        )
        db.session.commit()
    dispatcher.run_once()
    assert len(push_service.shown(phone)) == 1
    assert mailbox == []
    assert Counter(m.outcome for m in rows(app, PromptMessage)) == {"sent": 1, "refused": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"paused_until": "2999-01-01"},
        {"quiet_from": "00:00", "quiet_to": "23:59"},
    ],
)
def test_a_message_that_waits_does_not_go_out_once_the_leader_turned_it_off(
    client, app, dispatcher, push_service, change
):
    phone = push_service.subscription("recovers")
    leader = a_leader_to_be_asked(client, phone)
    dispatcher.run_once()
    assert leader.call("PUT", "/prompt-schedule", schedule("12:00") | change).status_code == 200
    with later(minutes=1):
        dispatcher.run_once()
    assert push_service.shown(phone) == []
    assert [m.outcome for m in rows(app, PromptMessage)] == ["unwanted"]


def test_a_message_that_waits_gives_way_to_a_snooze(client, dispatcher, push_service):
    phone = push_service.subscription("recovers")
    leader = a_leader_to_be_asked(client, phone)
    dispatcher.run_once()
    leader.call("POST", "/prompts/snooze", {"minutes": 30})
    with later(minutes=2):
        dispatcher.run_once()
    assert push_service.shown(phone) == []
    with later(minutes=31):
        dispatcher.run_once()
    assert len(push_service.shown(phone)) == 1


def test_a_snooze_ends_with_the_prompts(client, dispatcher, push_service):
    phone = push_service.subscription()
    leader = a_leader(client, time_zone=zone_where_it_is(12))
    leader.call("POST", "/push/subscriptions", phone)
    leader.call("POST", "/prompts/snooze", {"minutes": 5})
    leader.call("PUT", "/prompt-schedule", schedule("12:00", enabled=False))
    with later(minutes=6):
        assert dispatcher.run_once() == 0


def test_a_mail_that_waits_does_not_go_out_once_mails_are_stopped(
    client, app, dispatcher, monkeypatch, mailbox
):
    right = app.extensions["settings"]
    away = replace(right, smtp_url="smtp://127.0.0.1:9")
    leader = a_leader_to_be_asked(client, by_mail=True)
    monkeypatch.setitem(app.extensions, "settings", away)
    with Dispatcher(app) as without_server:
        without_server.run_once()
    monkeypatch.setitem(app.extensions, "settings", right)
    with app.app_context():
        assert schedule_store.stop_mail(UUID(leader.id))
    with later(minutes=1), Dispatcher(app) as with_server:
        with_server.run_once()
    assert mailbox == []


def test_a_mail_server_that_hangs_holds_up_no_push(client, app, push_service, monkeypatch):
    allow(app, monkeypatch, push_service.host)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        chosen = replace(app.extensions["settings"], smtp_url=hanging)
        monkeypatch.setitem(app.extensions, "settings", chosen)
        monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 2)
        zone = zone_where_it_is(12)
        for _ in range(dispatch.MAX_MAILS + 2):
            a_leader_to_be_asked(client, zone=zone, by_mail=True)
        phone = push_service.subscription()
        a_leader_to_be_asked(client, phone, zone=zone, minutes_ago=0)
        with Dispatcher(app) as dispatcher:
            for _ in range(3):
                dispatcher.process_batch()
            assert len(push_service.shown(phone)) == 1


def test_a_service_that_answers_nothing_any_more_is_left_alone_for_a_while(
    client, app, dispatcher, push_service, monkeypatch
):
    monkeypatch.setattr(dispatch, "MAX_SILENT_TRIES", 1)
    first = push_service.subscription()
    a_leader_to_be_asked(client, push_service.subscription("hangs"))
    dispatcher.run_once()
    a_leader_to_be_asked(client, first)
    dispatcher.run_once()
    assert push_service.attempts(first) == []
    with later(minutes=1):
        dispatcher.run_once()
    assert len(push_service.shown(first)) == 1


def test_the_word_of_a_worker_that_lost_its_lease_does_not_undo_the_newer_one(
    client, app, dispatcher, push_service
):
    phone = push_service.subscription()
    a_leader_to_be_asked(client, phone)
    with app.app_context():
        now = clock.now()
        store.claim_due(now=now, limit=10, by_mail=False)
        [stalled] = store.claim_messages(now=now, limit=10, lease=LEASE)
    with later(minutes=3):
        dispatcher.run_once()
    with app.app_context():
        again = clock.now() + timedelta(minutes=4)
        store.record_results(
            [store.MessageResult(stalled, "later", Outcome.LATER, 503, now, again)]
        )
    [message] = rows(app, PromptMessage)
    assert (message.outcome, message.next_try_at) == ("sent", None)


def test_what_was_sent_while_the_database_was_away_is_recorded_when_it_is_back(
    client, app, dispatcher, push_service
):
    phone = push_service.subscription()
    a_leader_to_be_asked(client, phone)
    while not push_service.shown(phone):
        with app.app_context():
            now = clock.now()
            store.claim_due(now=now, limit=10, by_mail=False)
            dispatcher._send(dispatcher._claim_messages(now), now)
    rename = "ALTER TABLE {} RENAME TO {}"
    with app.app_context():
        db.session.execute(sa.text(rename.format("prompt_messages", "away")))
        db.session.commit()
    with pytest.raises(sa.exc.SQLAlchemyError):
        dispatcher.process_batch()
    with app.app_context():
        db.session.execute(sa.text(rename.format("away", "prompt_messages")))
        db.session.commit()
    dispatcher.run_once()
    assert [m.outcome for m in rows(app, PromptMessage)] == ["sent"]
    assert len(push_service.received(phone)) == 1


# ---- the month


@pytest.fixture
def last_practice_day():
    """It is Friday, 30 October 2026, at noon in Greenwich: October has no practice day after it."""
    with time_machine.travel(datetime(2026, 10, 30, 12, 0, 30, tzinfo=UTC), tick=True):
        yield


def of_october(client, *, days):
    """Return a leader who wrote on so many days of October and is asked by mail now."""
    with time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=UTC)):
        leader = a_leader(client, time_zone="Etc/GMT")
    for day in range(1, days + 1):
        leader.call("PUT", f"/reflections/2026-10-{day:02}", {"note": "Kept."})
    ask(leader, "Etc/GMT", by_mail=True)
    return leader


def test_the_last_prompt_of_the_last_practice_day_invites_to_the_review(
    last_practice_day, client, dispatcher, mailbox
):
    leader = of_october(client, days=5)
    leader.writes("2026-10-30", ("let-go", 3, ""))
    dispatcher.run_once()
    [mail] = mailbox
    assert "October in the mirror" in mail["Subject"]
    plain = mail.get_payload()[0].get_payload(decode=True).decode()
    assert "http://localhost/month/2026-10/review" in plain


def test_a_month_that_is_reviewed_or_nearly_empty_invites_to_nothing(
    last_practice_day, client, dispatcher, mailbox
):
    leader = of_october(client, days=5)
    leader.call("PUT", "/reviews/2026-10", {"mirror": "Looked."})
    of_october(client, days=4)
    dispatcher.run_once()
    assert len(mailbox) == 2
    assert not any("October in the mirror" in mail["Subject"] for mail in mailbox)
