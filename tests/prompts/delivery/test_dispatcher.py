"""Due prompts reach each subscribed device once, through a fake push service."""

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
from factories import create_leader
from prometheus_client import REGISTRY
from prompts.factories import (
    EVERY_DAY,
    allow_push_host,
    build_schedule,
    create_prompted_leader,
    find_zone_at_hour,
    get_clock_time,
    make_prompt_due,
)

from leaderjournal.accounts.models import Account
from leaderjournal.kernel import clock, mail
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.practice import catalogue
from leaderjournal.prompts.content.rules import OWN_QUESTIONS_TEXT
from leaderjournal.prompts.delivery import (
    circuit_breaker,
    message_sender,
    message_store,
    store,
)
from leaderjournal.prompts.delivery import dispatcher as dispatcher_module
from leaderjournal.prompts.delivery.dispatcher import Dispatcher
from leaderjournal.prompts.delivery.models import PromptMessage
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.rules import Outcome
from leaderjournal.prompts.schedule import store as schedule_store
from leaderjournal.prompts.schedule.models import PromptDelivery, PromptSchedule
from leaderjournal.questions.models import ServedQuestion

LEASE = timedelta(minutes=2)


@pytest.fixture
def dispatcher(app, push_service, monkeypatch):
    allow_push_host(app, monkeypatch, push_service.host)
    with Dispatcher(app, seconds=3) as dispatcher:
        yield dispatcher


def list_rows(app, model):
    with app.app_context():
        return list(db.session.scalars(sa.select(model)))


def travel_ahead(**time):
    """Travel ahead; the services keep their own clocks."""
    return time_machine.travel(datetime.now(UTC) + timedelta(**time))


def read_counter(name, **labels):
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_prompt_reaches_every_subscribed_device_once(client, dispatcher, push_service):
    phone, tablet = push_service.create_subscription(), push_service.create_subscription()
    leader = create_prompted_leader(client, phone, tablet)
    assert dispatcher.run_once() == 2
    assert dispatcher.run_once() == 0
    asked = leader.get("/prompts/today").json
    for device in (phone, tablet):
        [shown] = push_service.list_shown(device)
        key = shown["data"]["key"]
        [sentence] = [q["score_sentence"] for q in asked["questions"] if q["key"] == key]
        assert shown["data"] == {
            "local_date": asked["local_date"],
            "key": key,
            "account": leader.id,
            "score_sentence": sentence,
        }
        assert shown["body"] in {q["text"] for q in asked["questions"] if q["key"] == key}
        assert shown["title"] == catalogue.get_key(key).name
        assert shown["tag"] == f"reflect-{asked['local_date']}"
        [received] = push_service.list_received(device)
        assert received.json["web_push"] == 8030
        assert received.headers["urgency"] == "normal"
        assert 0 < int(received.headers["ttl"]) <= 15 * 3600
        assert len(received.headers["topic"]) == 32
        assert leader.id not in received.headers["topic"]
    listed = leader.get("/push/subscriptions").json["items"]
    assert {(device["last_outcome"], device["last_status"]) for device in listed} == {("sent", 201)}


def test_questions_are_chosen_ahead_only_for_leaders_who_will_be_prompted(
    client, app, dispatcher, push_service
):
    zone = find_zone_at_hour(12)
    soon = {"minutes_ago": -5, "zone": zone}
    device = push_service.create_subscription()
    asked = create_prompted_leader(client, device, **soon)
    create_prompted_leader(client, **soon)  # who has no device
    paused = create_prompted_leader(client, push_service.create_subscription(), **soon)
    pause = paused.call("POST", "/pauses", {"first_date": "2026-08-01"})
    assert pause.status_code == 201, pause.text
    create_prompted_leader(client, push_service.create_subscription(), minutes_ago=-60, zone=zone)
    assert dispatcher.prepare_questions()
    assert not dispatcher.prepare_questions()
    chosen = list_rows(app, ServedQuestion)
    assert {str(row.account_id) for row in chosen} == {asked.id}
    assert len(chosen) == 3
    assert dispatcher.run_once() == 0
    with travel_ahead(minutes=6):
        assert dispatcher.run_once() == 1
    [shown] = push_service.list_shown(device)
    assert shown["body"] in {q["text"] for q in asked.get("/prompts/today").json["questions"]}
    assert len(list_rows(app, ServedQuestion)) == 3


def test_workers_prepare_questions_for_different_leaders(client, app, dispatcher, push_service):
    zone = find_zone_at_hour(12)
    for _ in range(4):
        create_prompted_leader(
            client, push_service.create_subscription(), minutes_ago=-5, zone=zone
        )
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


def test_leader_who_wrote_today_gets_no_prompt(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    leader = create_prompted_leader(client, phone)
    leader.writes(leader.today(), ("let-go", 3, ""))
    assert dispatcher.run_once() == 0
    assert push_service.list_attempts(phone) == []
    assert [delivery.decision for delivery in list_rows(app, PromptDelivery)] == ["written"]


def test_retry_is_dropped_once_the_leader_has_written(client, app, dispatcher, push_service):
    phone = push_service.create_subscription("recovers")
    leader = create_prompted_leader(client, phone)
    dispatcher.run_once()
    leader.writes(leader.today(), ("let-go", 3, ""))
    with travel_ahead(minutes=1):
        dispatcher.run_once()
    assert push_service.list_shown(phone) == []
    [message] = list_rows(app, PromptMessage)
    assert (message.outcome, message.next_try_at) == ("written", None)


@pytest.mark.parametrize("kind", ["not-found", "gone"])
def test_subscription_the_service_ended_is_deleted(client, app, dispatcher, push_service, kind):
    leader = create_prompted_leader(client, push_service.create_subscription(kind))
    dispatcher.run_once()
    assert leader.get("/push/subscriptions").json["items"] == []
    with travel_ahead(hours=1):
        assert dispatcher.run_once() == 0


@pytest.mark.parametrize(
    ("kind", "status"), [("too-large", 413), ("bad-request", 400), ("forbidden", 403)]
)
def test_refused_message_is_recorded_and_not_retried(
    client, app, dispatcher, push_service, kind, status
):
    device = push_service.create_subscription(kind)
    leader = create_prompted_leader(client, device)
    dispatcher.run_once()
    with travel_ahead(hours=1):
        dispatcher.run_once()
    assert len(push_service.list_attempts(device)) == 1
    [kept] = leader.get("/push/subscriptions").json["items"]
    assert (kept["last_outcome"], kept["last_status"]) == ("refused", status)


@pytest.mark.parametrize("kind", ["slow-down", "slow-down-until"])
def test_retry_waits_as_long_as_the_service_asks(client, dispatcher, push_service, kind):
    device = push_service.create_subscription(kind)
    create_prompted_leader(client, device)
    dispatcher.run_once()
    with travel_ahead(seconds=100):  # it asked for 120
        dispatcher.run_once()
    assert len(push_service.list_attempts(device)) == 1
    with travel_ahead(seconds=140):
        dispatcher.run_once()
    assert len(push_service.list_attempts(device)) == 2


@pytest.mark.parametrize("kind", ["error", "cut"])
def test_failing_service_is_retried_with_growing_delays_until_expiry(
    client, app, dispatcher, push_service, kind
):
    device = push_service.create_subscription(kind)
    create_prompted_leader(client, device)
    dispatcher.run_once()
    waits, before = [], clock.now()
    while (again := list_rows(app, PromptMessage)[0].next_try_at) and len(waits) < 5:
        waits.append(again - before)
        before = again
        with time_machine.travel(again + timedelta(seconds=1)):
            dispatcher.run_once()
    assert waits == sorted(waits)
    assert waits[-1] > 4 * waits[0]
    [message] = list_rows(app, PromptMessage)
    with time_machine.travel(list_rows(app, PromptDelivery)[0].expires_at):
        dispatcher.run_once()
    [message] = list_rows(app, PromptMessage)
    assert (message.outcome, message.next_try_at) == ("expired", None)


def test_hanging_service_delays_no_other_device(client, app, dispatcher, push_service):
    hanging, healthy = push_service.create_subscription("hangs"), push_service.create_subscription()
    create_prompted_leader(client, hanging)
    create_prompted_leader(client, healthy)
    while not push_service.list_shown(healthy):
        dispatcher.process_batch()
    assert {m.outcome for m in list_rows(app, PromptMessage)} <= {None, "sent"}
    dispatcher.run_once()
    assert Counter(m.outcome for m in list_rows(app, PromptMessage)) == {"sent": 1, "later": 1}


def test_recovered_service_gets_the_prompt(client, dispatcher, push_service):
    device = push_service.create_subscription("recovers")
    create_prompted_leader(client, device)
    dispatcher.run_once()
    assert push_service.list_shown(device) == []
    with travel_ahead(minutes=1):
        dispatcher.run_once()
    assert len(push_service.list_shown(device)) == 1


def test_prompt_over_an_hour_late_is_dropped_and_counted(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    before = read_counter("journal_prompts_total", fate="late")
    create_prompted_leader(client, phone, minutes_ago=61)
    assert dispatcher.run_once() == 0
    assert push_service.list_attempts(phone) == []
    assert read_counter("journal_prompts_total", fate="late") == before + 1
    [row] = list_rows(app, PromptSchedule)
    assert row.next_due_at > clock.now()


def test_worker_outage_of_days_leads_to_one_prompt(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    zone = find_zone_at_hour(12)
    leader = create_prompted_leader(client, phone, zone=zone)
    with time_machine.travel(datetime.now(UTC) - timedelta(days=5), tick=False):
        leader.call("PUT", "/prompt-schedule", build_schedule(get_clock_time(zone, minutes=1)))
    dispatcher.run_once()
    assert len(push_service.list_received(phone)) == 1
    assert Counter(d.decision for d in list_rows(app, PromptDelivery)) == {"late": 1, "due": 1}


def test_message_of_a_dead_worker_is_sent_after_its_lease(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    create_prompted_leader(client, phone)
    with app.app_context():
        store.claim_due(now=clock.now(), limit=10, by_mail=False)
        assert len(message_store.claim_messages(now=clock.now(), limit=10, lease=LEASE)) == 1
    assert dispatcher.run_once() == 0
    with travel_ahead(minutes=3):
        assert dispatcher.run_once() == 1
    assert len(push_service.list_shown(phone)) == 1


def test_message_sent_twice_shows_one_notification(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    create_prompted_leader(client, phone)
    dispatcher.run_once()
    with app.app_context():  # as if the answer had never been recorded
        db.session.execute(
            sa.update(PromptMessage).values(next_try_at=clock.now() + LEASE, outcome=None)
        )
        db.session.commit()
    with travel_ahead(minutes=3):
        dispatcher.run_once()
    assert len(push_service.list_received(phone)) == 2
    assert len(push_service.list_shown(phone)) == 1


def test_phone_that_was_off_gets_only_the_last_prompt_of_the_day(client, dispatcher, push_service):
    phone = push_service.create_subscription()
    zone = find_zone_at_hour(12)
    leader = create_prompted_leader(client, phone, zone=zone)
    push_service.turn_off(phone)
    dispatcher.run_once()
    make_prompt_due(leader, zone, minutes_ago=0)
    dispatcher.run_once()
    push_service.turn_on(phone)
    assert len(push_service.list_received(phone)) == 1


def test_concurrent_workers_send_each_prompt_once(client, app, push_service, monkeypatch):
    allow_push_host(app, monkeypatch, push_service.host)
    devices = [push_service.create_subscription() for _ in range(6)]
    for device in devices:
        create_prompted_leader(client, device)

    def run_worker(_):
        with Dispatcher(app) as dispatcher:
            return dispatcher.run_once()

    with ThreadPoolExecutor(3) as threads:
        assert sum(threads.map(run_worker, range(3))) == len(devices)
    assert [len(push_service.list_received(device)) for device in devices] == [1] * len(devices)


def test_practice_pause_also_pauses_prompts(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    leader = create_prompted_leader(client, phone)
    leader.call("POST", "/pauses", {"first_date": leader.today()})
    assert dispatcher.run_once() == 0
    assert [delivery.decision for delivery in list_rows(app, PromptDelivery)] == ["paused"]


def test_prompt_never_contains_an_own_question(client, dispatcher, push_service):
    phone = push_service.create_subscription()
    zone = find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    for key in catalogue.KEY_SLUGS:
        own = {"key": key, "text": f"Did I keep my word to Bob? ({key})", "every_days": 1}
        assert leader.call("POST", "/questions", own).status_code == 201
    leader.call("POST", "/push/subscriptions", phone)
    make_prompt_due(leader, zone)
    dispatcher.run_once()
    assert all("Bob" in q["text"] for q in leader.get("/prompts/today").json["questions"])
    [shown] = push_service.list_shown(phone)
    assert shown["body"] == OWN_QUESTIONS_TEXT
    assert b"Bob" not in push_service.list_received(phone)[0].payload


def test_prompt_comes_by_mail_until_mail_is_turned_off(client, app, dispatcher, mailbox):
    zone = find_zone_at_hour(12)
    leader = create_prompted_leader(client, zone=zone, by_mail=True)
    dispatcher.run_once()
    [mail] = mailbox
    assert mail["To"] == leader.email
    link = mail["List-Unsubscribe"].strip("<>")
    plain = mail.get_payload()[0].get_payload(decode=True).decode()
    asked = {q["text"] for q in leader.get("/prompts/today").json["questions"]}
    assert any(text in " ".join(plain.split()) for text in asked)
    assert link.split("/")[3:5] == ["prompts", "unsubscribe"]
    mailbox.clear()
    leader.call("PUT", "/prompt-schedule", build_schedule("12:00", by_mail=False))
    make_prompt_due(leader, zone, minutes_ago=0)
    dispatcher.run_once()
    assert mailbox == []


def test_mail_is_retried_while_the_mail_server_is_down(
    client, app, push_service, monkeypatch, mailbox
):
    right = app.extensions["settings"]
    allow_push_host(app, monkeypatch, push_service.host)
    monkeypatch.setitem(app.extensions, "settings", replace(right, smtp_url="smtp://127.0.0.1:9"))
    create_prompted_leader(client, by_mail=True)
    with Dispatcher(app) as dispatcher:
        dispatcher.run_once()
    [message] = list_rows(app, PromptMessage)
    assert message.outcome == "later"
    monkeypatch.setitem(app.extensions, "settings", right)
    with travel_ahead(minutes=1), Dispatcher(app) as dispatcher:
        dispatcher.run_once()
    assert len(mailbox) == 1


def test_streak_at_risk_prompt_comes_only_to_leaders_who_chose_it(client, dispatcher, push_service):
    half_past = datetime.now(UTC).minute >= 30
    zone = find_zone_at_hour(20 if half_past else 21)  # so that 20:30 was less than an hour ago

    def create_leader_with_streak(phone, *, days, **rest):
        leader = create_leader(client, time_zone=zone)
        leader.call("PATCH", "/me", {"practice_days": EVERY_DAY})
        leader.call("POST", "/push/subscriptions", phone)
        today = datetime.fromisoformat(leader.today())
        for back in range(1, days + 1):
            leader.writes(str((today - timedelta(days=back)).date()), ("let-go", 3, ""))
        with time_machine.travel(datetime.now(UTC) - timedelta(minutes=65), tick=False):
            chosen = leader.call("PUT", "/prompt-schedule", build_schedule(**rest))
            assert chosen.status_code == 200, chosen.text
        return leader

    at_risk, safe, silent = (push_service.create_subscription() for _ in range(3))
    create_leader_with_streak(at_risk, days=2, streak_at_risk=True)
    create_leader_with_streak(safe, days=0, streak_at_risk=True)
    create_leader_with_streak(silent, days=2, enabled=False)
    dispatcher.run_once()
    assert len(push_service.list_shown(at_risk)) == 1
    assert push_service.list_shown(safe) == []
    assert push_service.list_shown(silent) == []


def test_moving_west_repeats_no_prompt(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    zone = find_zone_at_hour(12)
    leader = create_prompted_leader(client, phone, zone=zone)
    dispatcher.run_once()
    leader.call("PATCH", "/me", {"time_zone": find_zone_at_hour(11)})
    [row] = list_rows(app, PromptSchedule)
    assert row.next_due_at - clock.now() > timedelta(hours=20)


def test_moving_east_skips_no_prompt_of_today(client, app, dispatcher, push_service):
    phone = push_service.create_subscription()
    zone = find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    leader.call("POST", "/push/subscriptions", phone)
    leader.call("PUT", "/prompt-schedule", build_schedule(get_clock_time(zone, minutes=-30)))
    dispatcher.run_once()
    assert push_service.list_shown(phone) == []
    leader.call("PATCH", "/me", {"time_zone": find_zone_at_hour(13)})
    dispatcher.run_once()
    assert len(push_service.list_shown(phone)) == 1


def test_due_prompt_survives_a_schedule_change_before_it_is_claimed(
    client, dispatcher, push_service
):
    phones = [push_service.create_subscription() for _ in range(3)]
    zone = find_zone_at_hour(12)
    saves, moves, ends = (create_prompted_leader(client, phone, zone=zone) for phone in phones)
    saves.call("PUT", "/prompt-schedule", build_schedule("08:00"))
    moves.call("PATCH", "/me", {"time_zone": find_zone_at_hour(11)})
    ends.call("PUT", "/prompt-schedule", build_schedule("08:00", enabled=False))
    dispatcher.run_once()
    assert [len(push_service.list_shown(phone)) for phone in phones] == [1, 1, 0]


def test_snooze_moves_the_prompt(client, dispatcher, push_service):
    phone = push_service.create_subscription()
    zone = find_zone_at_hour(12)
    leader = create_leader(client, time_zone=zone)
    leader.call("POST", "/push/subscriptions", phone)
    leader.call("PUT", "/prompt-schedule", build_schedule(get_clock_time(zone, minutes=-10)))
    snoozed = leader.call("POST", "/prompts/snooze", {"minutes": 30})
    assert snoozed.status_code == 200
    with travel_ahead(minutes=12):
        dispatcher.run_once()
    assert push_service.list_shown(phone) == []
    with travel_ahead(minutes=31):
        dispatcher.run_once()
    assert len(push_service.list_shown(phone)) == 1


def test_dispatcher_retries_after_a_database_outage(client, app, push_service, monkeypatch, caplog):
    allow_push_host(app, monkeypatch, push_service.host)
    monkeypatch.setattr(dispatcher_module, "DATABASE_RETRY_SECONDS", 0.05)
    phone = push_service.create_subscription()
    create_prompted_leader(client, phone)
    with app.app_context():
        table = PromptSchedule.__table__.name
        db.session.execute(sa.text(f"ALTER TABLE {table} RENAME TO away"))
        db.session.commit()
    stop = Event()

    def restore_database():
        with app.app_context():
            db.session.execute(sa.text(f"ALTER TABLE away RENAME TO {table}"))
            db.session.commit()

    def stop_once_shown():
        if push_service.list_shown(phone):
            stop.set()
        else:
            Timer(0.1, stop_once_shown).start()

    Timer(0.5, restore_database).start()
    Timer(0.6, stop_once_shown).start()
    with Dispatcher(app) as dispatcher:
        dispatcher.run(stop)
    assert "the database failed" in caplog.text
    assert len(push_service.list_shown(phone)) == 1


def test_deliveries_are_deleted_after_thirty_days(client, app, dispatcher, push_service):
    create_prompted_leader(client, push_service.create_subscription())
    dispatcher.run_once()
    with app.app_context():
        assert store.delete_old(now=clock.now()) == 0
        assert store.delete_old(now=clock.now() + timedelta(days=31)) == 1
    assert list_rows(app, PromptMessage) == []


def test_logs_and_metrics_name_no_leader(client, app, dispatcher, push_service, caplog):
    caplog.set_level("DEBUG")
    phone = push_service.create_subscription()
    leader = create_prompted_leader(client, phone)
    dispatcher.run_once()
    told = caplog.text + client.get("/metrics").text
    assert "journal_prompt_lateness_seconds_bucket" in told
    for private in (leader.email, leader.id, phone["endpoint"], phone["keys"]["auth"]):
        assert private not in told
    assert list_rows(app, PushSubscription)


def test_account_without_its_key_delays_no_other_account(
    client, app, dispatcher, push_service, mailbox
):
    zone = find_zone_at_hour(12)
    locked = create_prompted_leader(client, zone=zone, by_mail=True)
    phone = push_service.create_subscription()
    create_prompted_leader(client, phone, zone=zone)
    with app.app_context():
        db.session.execute(
            sa.update(Account).where(Account.id == UUID(locked.id)).values(key_wrapped_by="gone")
        )
        db.session.commit()
    dispatcher.run_once()
    assert len(push_service.list_shown(phone)) == 1
    assert mailbox == []
    assert Counter(m.outcome for m in list_rows(app, PromptMessage)) == {"sent": 1, "refused": 1}


@pytest.mark.parametrize(
    "change",
    [
        {"enabled": False},
        {"paused_until": "2999-01-01"},
        {"quiet_from": "00:00", "quiet_to": "23:59"},
    ],
)
def test_retry_is_dropped_once_the_schedule_excludes_it(
    client, app, dispatcher, push_service, change
):
    phone = push_service.create_subscription("recovers")
    leader = create_prompted_leader(client, phone)
    dispatcher.run_once()
    assert (
        leader.call("PUT", "/prompt-schedule", build_schedule("12:00") | change).status_code == 200
    )
    with travel_ahead(minutes=1):
        dispatcher.run_once()
    assert push_service.list_shown(phone) == []
    assert [m.outcome for m in list_rows(app, PromptMessage)] == ["unwanted"]


def test_snooze_replaces_a_waiting_retry(client, dispatcher, push_service):
    phone = push_service.create_subscription("recovers")
    leader = create_prompted_leader(client, phone)
    dispatcher.run_once()
    leader.call("POST", "/prompts/snooze", {"minutes": 30})
    with travel_ahead(minutes=2):
        dispatcher.run_once()
    assert push_service.list_shown(phone) == []
    with travel_ahead(minutes=31):
        dispatcher.run_once()
    assert len(push_service.list_shown(phone)) == 1


def test_turning_prompts_off_cancels_the_snooze(client, dispatcher, push_service):
    phone = push_service.create_subscription()
    leader = create_leader(client, time_zone=find_zone_at_hour(12))
    leader.call("POST", "/push/subscriptions", phone)
    leader.call("POST", "/prompts/snooze", {"minutes": 5})
    leader.call("PUT", "/prompt-schedule", build_schedule("12:00", enabled=False))
    with travel_ahead(minutes=6):
        assert dispatcher.run_once() == 0


def test_mail_retry_is_dropped_once_mail_is_turned_off(
    client, app, dispatcher, monkeypatch, mailbox
):
    right = app.extensions["settings"]
    away = replace(right, smtp_url="smtp://127.0.0.1:9")
    leader = create_prompted_leader(client, by_mail=True)
    monkeypatch.setitem(app.extensions, "settings", away)
    with Dispatcher(app) as without_server:
        without_server.run_once()
    monkeypatch.setitem(app.extensions, "settings", right)
    with app.app_context():
        assert schedule_store.stop_mail(UUID(leader.id))
    with travel_ahead(minutes=1), Dispatcher(app) as with_server:
        with_server.run_once()
    assert mailbox == []


def test_hanging_mail_server_delays_no_push(client, app, push_service, monkeypatch):
    allow_push_host(app, monkeypatch, push_service.host)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        hanging = f"smtp://127.0.0.1:{silent.getsockname()[1]}"
        chosen = replace(app.extensions["settings"], smtp_url=hanging)
        monkeypatch.setitem(app.extensions, "settings", chosen)
        monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 2)
        zone = find_zone_at_hour(12)
        for _ in range(message_sender.MAX_MAILS + 2):
            create_prompted_leader(client, zone=zone, by_mail=True)
        phone = push_service.create_subscription()
        create_prompted_leader(client, phone, zone=zone, minutes_ago=0)
        with Dispatcher(app) as dispatcher:
            for _ in range(3):
                dispatcher.process_batch()
            assert len(push_service.list_shown(phone)) == 1


def test_silent_push_service_is_paused_for_a_while(
    client, app, dispatcher, push_service, monkeypatch
):
    monkeypatch.setattr(circuit_breaker, "MAX_SILENT_TRIES", 1)
    first = push_service.create_subscription()
    create_prompted_leader(client, push_service.create_subscription("hangs"))
    dispatcher.run_once()
    create_prompted_leader(client, first)
    dispatcher.run_once()
    assert push_service.list_attempts(first) == []
    with travel_ahead(minutes=1):
        dispatcher.run_once()
    assert len(push_service.list_shown(first)) == 1


def test_result_after_an_expired_lease_does_not_overwrite_a_newer_one(
    client, app, dispatcher, push_service
):
    phone = push_service.create_subscription()
    create_prompted_leader(client, phone)
    with app.app_context():
        now = clock.now()
        store.claim_due(now=now, limit=10, by_mail=False)
        [stalled] = message_store.claim_messages(now=now, limit=10, lease=LEASE)
    with travel_ahead(minutes=3):
        dispatcher.run_once()
    with app.app_context():
        again = clock.now() + timedelta(minutes=4)
        message_store.record_results(
            [message_store.MessageResult(stalled, "later", Outcome.LATER, 503, now, again)]
        )
    [message] = list_rows(app, PromptMessage)
    assert (message.outcome, message.next_try_at) == ("sent", None)


def test_results_during_a_database_outage_are_recorded_afterwards(
    client, app, dispatcher, push_service
):
    phone = push_service.create_subscription()
    create_prompted_leader(client, phone)
    while not push_service.list_shown(phone):
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
    assert [m.outcome for m in list_rows(app, PromptMessage)] == ["sent"]
    assert len(push_service.list_received(phone)) == 1


# ---- the month


@pytest.fixture
def last_practice_day():
    """Travel to noon UTC of Friday, 30 October 2026, the last practice day of October."""
    with time_machine.travel(datetime(2026, 10, 30, 12, 0, 30, tzinfo=UTC), tick=True):
        yield


def create_leader_of_october(client, *, days):
    """Return a leader who wrote on so many days of October and is asked by mail now."""
    with time_machine.travel(datetime(2026, 10, 1, 12, tzinfo=UTC)):
        leader = create_leader(client, time_zone="Etc/GMT")
    for day in range(1, days + 1):
        leader.call("PUT", f"/reflections/2026-10-{day:02}", {"note": "Kept."})
    make_prompt_due(leader, "Etc/GMT", by_mail=True)
    return leader


def test_last_prompt_of_the_month_invites_to_the_review(
    last_practice_day, client, dispatcher, mailbox
):
    leader = create_leader_of_october(client, days=5)
    leader.writes("2026-10-30", ("let-go", 3, ""))
    dispatcher.run_once()
    [mail] = mailbox
    assert "October in the mirror" in mail["Subject"]
    plain = mail.get_payload()[0].get_payload(decode=True).decode()
    assert "http://localhost/month/2026-10/review" in plain


def test_reviewed_or_nearly_empty_month_has_no_invitation(
    last_practice_day, client, dispatcher, mailbox
):
    leader = create_leader_of_october(client, days=5)
    leader.call("PUT", "/reviews/2026-10", {"mirror": "Looked."})
    create_leader_of_october(client, days=4)
    dispatcher.run_once()
    assert len(mailbox) == 2
    assert not any("October in the mirror" in mail["Subject"] for mail in mailbox)
