"""A leader in one line, with the calls that a test makes for them."""

import itertools
import re
from dataclasses import dataclass, field
from uuid import UUID

from flask.testing import FlaskClient

from leaderjournal.accounts import store as accounts_store
from leaderjournal.kernel import clock

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
class ALeader:
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


def a_leader(client, *, time_zone="Europe/Berlin", name="Mira Adler"):
    """Register a leader over the API."""
    email = f"leader{next(_numbers)}@example.com"
    account = {"email": email, "password": PASSWORD, "name": name, "time_zone": time_zone}
    registered = client.post("/api/v1/accounts", json=account)
    assert registered.status_code == 201, registered.text
    with client.application.app_context():  # as signing in would, without hashing once more
        sealer = accounts_store.leader(UUID(registered.json["id"])).sealer
        token, _ = accounts_store.new_token(sealer, label="tests", now=clock.now())
    return ALeader(client, email, token, registered.json["id"])


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
