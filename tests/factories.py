"""A leader in one line, with the calls that a test makes for them."""

import itertools
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask.testing import FlaskClient

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.api_tokens.store import create_token
from leaderjournal.accounts.models import Account
from leaderjournal.accounts.passwords import hashing
from leaderjournal.accounts.practice_calendar.models import PracticeDaysChange
from leaderjournal.kernel import clock
from leaderjournal.kernel.context import get_key_encryption
from leaderjournal.kernel.database import new_id, write_transaction
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, days_after, get_local_day
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.prompts.push import store as push_store
from leaderjournal.prompts.push.encryption import encrypt_device
from leaderjournal.prompts.push.models import PushSubscription
from leaderjournal.prompts.push.rules import parse_device
from leaderjournal.prompts.schedule.models import PromptSchedule
from leaderjournal.prompts.schedule.rules import Schedule, find_next_prompt
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reviews.streaks import store as streaks_store

PASSWORD = "look in the mirror"
A_BROWSER = {
    "endpoint": "https://fcm.googleapis.com/fcm/send/abc",
    "expirationTime": None,
    "keys": {
        "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SR"
        "pkNtoIAiw4",
        "auth": "BTBZMqHH6r4Tts7J_aSIgg",
    },
    "user_agent": "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 Chrome/142.0 Mobile Safari",
}
"""A browser's subscription, as its `toJSON()` has it; the keys are the example of RFC 8291."""

_numbers = itertools.count(1)


@dataclass
class LeaderClient:
    """A registered leader and their API token."""

    client: FlaskClient
    email: str
    token: str
    id: str
    headers: dict[str, str] = field(init=False)

    def __post_init__(self):
        self.headers = {"Authorization": f"Bearer {self.token}"}

    def call(self, method, path, json=None, **headers):
        """Call the API as this leader."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.open(
            f"/api/v1{path}", method=method, json=json, headers=self.headers | named
        )

    def get(self, path):
        return self.call("GET", path)

    def today(self):
        return self.get("/prompts/today").json["local_date"]

    def writes(self, day, *answers, **rest):
        """Write a day; answers are (key, score, text)."""
        body = {"answers": [{"key": k, "score": s, "text": t} for k, s, t in answers]} | rest
        reply = self.call("PUT", f"/reflections/{day}", body)
        assert reply.status_code in {200, 201}, reply.text
        return reply


def create_leader(client, *, time_zone="Europe/Berlin", name="Mira Adler"):
    """Make a leader as registering does, with PASSWORD, and an API token of theirs.

    Its hash is reckoned once for all of them: that takes longer than most tests.
    """
    email = f"leader{next(_numbers)}@example.com"
    app = client.application
    [account_id] = many_leaders(
        app, 1, time_zone=time_zone, name=name, password_hash=_hash_of_password()
    )
    with app.app_context():
        leader = accounts_store.find_leader(account_id)
        accounts_store.change_email(leader, email, verified_at=clock.now())
        token, _ = create_token(leader.cipher, label="tests", now=clock.now())
    return LeaderClient(client, email, token, str(account_id))


@cache
def _hash_of_password():
    return hashing.hash_password(PASSWORD)


def csrf_token(client, path="/login"):
    """Return the CSRF token that a page's forms carry."""
    page = client.get(path).text
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]


def sign_in(client, leader):
    """Sign a browser in over the page; return its CSRF token."""
    form = {"email": leader.email, "password": PASSWORD, "csrf_token": csrf_token(client)}
    reply = client.post("/login", data=form)
    assert reply.status_code == 303, reply.text
    return csrf_token(client, "/settings")


def many_leaders(app, number, *, time_zone="Europe/Berlin", name="Mira Adler", password_hash=""):
    """Make leaders with keys of their own, at once; return their ids.

    Without the hash of a password they cannot sign in.
    """
    now = clock.now()
    joined_on = get_local_day(now, time_zone, DAY_STARTS_AT)
    with app.app_context(), write_transaction() as session:
        chosen = {
            "password_hash": password_hash,
            "time_zone": time_zone,
            "joined_on": joined_on,
            "created_at": now,
            "email_verified_at": now,
        }
        accounts = [_account(new_id(), name) | chosen for _ in range(number)]
        session.execute(sa.insert(Account), accounts)
        days = {"effective_from": joined_on, "weekdays": "12345"}
        session.execute(
            sa.insert(PracticeDaysChange), [days | {"account_id": a["id"]} for a in accounts]
        )
    return [account["id"] for account in accounts]


def _account(account_id, name):
    key = get_key_encryption().create_key(account_id)
    cipher = Cipher(account_id, get_key_encryption().unwrap(key, account_id))

    def encrypted(column, text):
        return cipher.encrypt_text(text, table="accounts", column=column, row=account_id)

    return {
        "id": account_id,
        "email_lookup": secrets.token_bytes(32),
        "email_encrypted": encrypted("email_encrypted", f"leader{next(_numbers)}@example.com"),
        "name_encrypted": encrypted("name_encrypted", name),
        "day_starts_at": DAY_STARTS_AT,
        "language": "en",
        "key_wrapped_by": key.wrapped_by,
        "key_wrapped": key.wrapped,
    }


def one_device_each(app, leaders, subscriptions):
    """Let each of the leaders have subscribed with one browser."""
    with app.app_context():
        push_store.hash_endpoint("")  # makes the key for look-ups
    with app.app_context(), write_transaction() as session:
        rest = {
            "device_name": "Chrome on Android",
            "vapid_public_key": push_store.get_vapid_public_key(),
            "created_at": clock.now(),
        }
        rows = []
        ciphers = accounts_store.find_ciphers(session, leaders)
        for leader, subscription in zip(leaders, subscriptions, strict=True):
            at = parse_device(subscription["endpoint"], **subscription["keys"])
            endpoint_hash = push_store.hash_endpoint(at.endpoint)
            rows.append(
                rest
                | {
                    "id": new_id(),
                    "account_id": leader,
                    "endpoint_hash": endpoint_hash,
                    "device_encrypted": encrypt_device(ciphers[leader], endpoint_hash, at),
                }
            )
        session.execute(sa.insert(PushSubscription), rows)


def ask_daily(app, leaders, *, first, time_zone):
    """Let the leaders have chosen a prompt a day, the first one at the instant `first`."""
    at = first.astimezone(ZoneInfo(time_zone)).time()
    prompt = find_next_prompt(
        Schedule(enabled=True, times=(at,), weekdays=frozenset(range(1, 8))),
        zone=time_zone,
        day_starts_at=DAY_STARTS_AT,
        after=first - timedelta(seconds=1),
        handled=(),
    )
    assert prompt.due_at == first, "a prompt comes at a whole minute"
    chosen = {
        "chosen": True,
        "enabled": True,
        "times": prompt.slot,
        "weekdays": "1234567",
        "streak_at_risk": False,
        "by_mail": False,
        "next_due_at": prompt.due_at,
        "next_local_date": prompt.local_date,
        "next_slot": prompt.slot,
    }
    with app.app_context(), write_transaction() as session:
        session.execute(
            sa.insert(PromptSchedule), [chosen | {"account_id": leader} for leader in leaders]
        )


def write_days(app, leader, number):
    """Write each of the last `number` days but today."""
    now = clock.now()
    with app.app_context():
        found = accounts_store.find_leader(UUID(leader.id))
        today = found.today(now)
        days = [
            DayToImport(
                days_after(today, -back),
                DayContent(
                    tuple(Answer(key, None, None, 3, f"Day {back}.") for key in KEY_SLUGS),
                    commitment="Ask once more." if back % 30 == 20 else "",
                ),
                Writing(Instant(now - timedelta(days=back)), found.time_zone, found.day_starts_at),
            )
            for back in range(number, 0, -1)
        ]
        with write_transaction() as session:
            day_imports_store.import_days(session, found.cipher, days, now=now)
        streaks_store.rebuild_checkpoints(found, today=today)


def describe_import(**done):
    """Return the reply to an import that did what `done` says, and nothing else."""
    nothing = {"created": 0, "joined": 0, "restored": 0, "skipped": 0}
    return nothing | {"failed": [], "left_behind": {}} | done
