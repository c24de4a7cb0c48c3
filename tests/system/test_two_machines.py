"""Two web services with files of their own and one PostgreSQL, as behind a proxy."""

import json
import re
import urllib.error
import urllib.request
from http.cookiejar import CookieJar
from urllib.parse import urlencode

import pytest
from browser.conftest import Served, free_port
from factories import PASSWORD

EMAIL = "mira@example.com"


class Machine(Served):
    """A web service; `other` is one whose secrets, database and public address it shares."""

    def __init__(self, database_url, folder, other=None):
        super().__init__(database_url, folder, free_port())
        self.own_address = self.address
        if other is not None:
            shared = ("SECRET_KEY", "DATA_KEYS", "VAPID_PRIVATE_KEY", "PUBLIC_URL")
            self.environment |= {name: other.environment[name] for name in shared}

    def ask(self, method, path, body=None, headers=None, opener=None):
        """Return the status, the headers and the text of a reply."""
        given = {"Host": "127.0.0.1", **(headers or {})}
        if isinstance(body, dict):
            given["Content-Type"] = "application/json"
            body = json.dumps(body)
        request = urllib.request.Request(
            f"{self.own_address}{path}", body and body.encode(), given, method=method
        )
        open_request = (opener or urllib.request.build_opener()).open
        try:
            with open_request(request, timeout=60) as reply:
                return reply.status, reply.headers, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()


@pytest.fixture(scope="module")
def machines(new_postgresql_database, tmp_path_factory):
    folders = [tmp_path_factory.mktemp(name) for name in ("first", "second")]
    url = new_postgresql_database()
    first = Machine(url, folders[0])
    second = Machine(url, folders[1], other=first)
    first.start()
    second.start()
    yield first, second
    first.stop()
    second.stop()


@pytest.fixture(scope="module")
def token(machines):
    first, second = machines
    new = {"email": EMAIL, "password": PASSWORD, "name": "Mira", "time_zone": "Europe/Berlin"}
    assert first.ask("POST", "/api/v1/accounts", new)[0] == 201
    asked = {"email": EMAIL, "password": PASSWORD, "label": "test"}
    return json.loads(second.ask("POST", "/api/v1/tokens", asked)[2])["token"]


def test_what_one_saves_the_other_shows_and_guards(machines, token):
    first, second = machines
    headers = {"Authorization": f"Bearer {token}"}
    today = json.loads(first.ask("GET", "/api/v1/prompts/today", headers=headers)[2])
    assert json.loads(second.ask("GET", "/api/v1/prompts/today", headers=headers)[2]) == today
    path = f"/api/v1/reflections/{today['local_date']}"
    status, saved, _ = first.ask("PUT", path, {"note": "Written here."}, headers)
    assert status == 201
    status, seen, text = second.ask("GET", path, headers=headers)
    assert (status, seen["ETag"], json.loads(text)["note"]) == (200, saved["ETag"], "Written here.")
    newer = second.ask(
        "PUT", path, {"note": "Written there."}, headers | {"If-Match": seen["ETag"]}
    )
    assert newer[0] == 200
    stale = first.ask("PUT", path, {"note": "Too late."}, headers | {"If-Match": seen["ETag"]})
    assert stale[0] == 412
    assert json.loads(stale[2])["current"]["note"] == "Written there."


def test_session_of_one_is_known_to_the_other_and_ends_on_both(machines, token):
    first, second = machines
    cookies = CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    csrf = find_token(first.ask("GET", "/login", opener=opener)[2])
    form = urlencode({"email": EMAIL, "password": PASSWORD, "csrf_token": csrf})
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    # The cookie jar keeps ports apart as little as browsers do: both answer under one host.
    first.ask("POST", "/login", form, kind, opener)
    status, _, page = second.ask("GET", "/settings", opener=opener)
    assert (status, EMAIL in page) == (200, True)
    leaving = urlencode({"csrf_token": find_token(page)})
    second.ask("POST", "/logout", leaving, kind, opener)
    status, _, page = first.ask("GET", "/settings", opener=opener)
    assert EMAIL not in page


def test_styles_and_scripts_have_one_address_on_both(machines):
    pages = [machine.ask("GET", "/login")[2] for machine in machines]
    assert len({re.search(r'href="(/assets/[^"]+app\.css)"', page)[1] for page in pages}) == 1


def test_failed_sign_ins_count_on_both(machines, token):
    wrong = {"email": "nobody@example.com", "password": "not the password", "label": "test"}
    statuses = [
        machines[number % 2].ask("POST", "/api/v1/tokens", wrong)[0] for number in range(12)
    ]
    assert 429 in statuses
    first_refusal = statuses.index(429)
    assert set(statuses[first_refusal:]) == {429}


def find_token(page):
    """Return the CSRF token that a page's forms carry."""
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)[1]
