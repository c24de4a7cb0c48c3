"""Every route there is, tried with another account's session and token, and with none.

The routes come from the application's own map, so that a new one cannot be forgotten here.
"""

import io
import re
import uuid
import zipfile
from datetime import date, timedelta

import pytest
from factories import A_BROWSER, PASSWORD, a_leader, csrf_token, sign_in

from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.sessions.store import list_sessions
from leaderjournal.kernel import clock
from leaderjournal.portability.documents import store as documents_store
from leaderjournal.portability.documents.rules import DocumentOptions
from leaderjournal.reviews.periods.rules import Period

PUBLIC = {
    "accounts.erased",
    "accounts-api.create_token",
    "accounts-api.register",
    "accounts.login",
    "accounts.open_invitation",
    "accounts.register",
    "accounts.submit_login",
    "accounts.submit_registration",
    "assets.file",
    "mail_opt_outs.ask",
    "mail_opt_outs.opt_in",
    "mail_opt_outs.opt_out",
    "openapi",
    "operations.healthz",
    "operations.metrics",
    "operations.readyz",
    "prompts-api.read_push_key",
    "prompts.calendar",
    "prompts.confirm_end_letter",
    "prompts.confirm_unsubscribe",
    "prompts.end_letter",
    "prompts.unsubscribe",
    "pwa.day_shell",
    "pwa.install",
    "pwa.manifest",
    "pwa.offline",
    "pwa.service_worker",
    "reflections.today",
    "resets.forgot",
    "resets.open_reset",
    "resets.reset",
    "resets.submit_forgot",
    "resets.submit_reset",
    "team_mirror.about",
    "team_mirror.answer",
    "team_mirror.submit_answer",
    "verification.open_link",
    "verification.submit_verification",
    "verification.verify",
}
ACTS_FOR_A_TOKEN = {
    "mail_opt_outs.opt_in",
    "mail_opt_outs.opt_out",
    "prompts.confirm_end_letter",
    "prompts.confirm_unsubscribe",
    "team_mirror.submit_answer",
}
# What another app shares is shown in today's form, for the leader to save.
WRITES_NOTHING = {"reflections.share"}
SECRET = "Quetzalcoatl"
LOG = ("people", "commitments", "hand-offs", "wins", "numbers")


def routes(app):
    """Yield (rule, method) for every route, in a settled order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


@pytest.fixture
def victim(client):
    """A leader with something of every kind, all of it marked by one word."""
    leader = a_leader(client, name=f"{SECRET} Adler")
    today = leader.today()
    leader.writes(today, ("let-go", 4, f"{SECRET} first"), note=SECRET, commitment=SECRET)
    leader.writes(today, ("let-go", 5, f"{SECRET} second"))
    deleted = str(date.fromisoformat(today) - timedelta(days=1))
    leader.writes(deleted, note=f"{SECRET} deleted")
    leader.call("DELETE", f"/reflections/{deleted}")
    question = leader.call("POST", "/questions", {"key": "let-go", "text": f"{SECRET}?"}).json
    pause = leader.call("POST", "/pauses", {"first_date": "2026-08-01"}).json
    device = leader.call("POST", "/push/subscriptions", A_BROWSER).json
    leader.call("PUT", "/prompt-schedule", {"enabled": True, "times": ["12:00"], "weekdays": [1]})
    leader.call("PUT", f"/reviews/{today[:7]}", {"mirror": f"{SECRET} in the mirror"})
    imported = client.post(
        "/api/v1/imports/preview",
        data={"file": (zipped("2024-05-06.md", f"About {SECRET}."), "journal.zip")},
        headers=leader.headers,
    ).json
    log = {
        one: leader.call("POST", f"/{path}", values).json["id"]
        for path, one, values in (
            ("people", "person_id", {"name": SECRET}),
            ("commitments", "commitment_id", {"text": SECRET}),
            ("hand-offs", "hand_off_id", {"text": SECRET}),
            ("wins", "win_id", {"text": SECRET}),
            ("numbers", "number_id", {"period": "2026-11", "unit": SECRET}),
        )
    }
    sign_in(client.application.test_client(), leader)
    with client.application.app_context():
        [session] = [str(row.id) for row in list_sessions(uuid.UUID(leader.id))]
        of = accounts_store.find_leader(uuid.UUID(leader.id))
        wishes = DocumentOptions(every_day=False, without_names=(SECRET,))
        document = documents_store.request_document(of, Period(2026, 11), wishes, now=clock.now())
    leader.parts = {
        "local_date": today,
        "deleted": deleted,
        "period": today[:7],
        "month": today[:7],
        "import_id": imported["id"],
        "document_id": str(document),
        "wanted": "json",
        "question_id": question["id"],
        "pause_id": pause["id"],
        "subscription_id": device["id"],
        "device_id": device["id"],
        "key": "protect-and-serve",
        "token_id": leader.get("/tokens").json["items"][0]["id"],
        "session_id": session,
        "question": "inspect-own-eyes",
        "version": "0",
        "filename": "css/app.css",
        "token": "guess",
        **log,
        "collection": "wins",
        "entry_id": log["win_id"],
        "act": "coach",
    }
    return leader


def zipped(name, text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    file.seek(0)
    return file


def address(rule, parts):
    with_parts = {name: parts[name] for name in rule.arguments}
    path = rule.rule
    for name, value in with_parts.items():
        path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
    return path


def everything_of(leader):
    """Return what must be as it was after others have tried every route."""
    return (
        leader.get("/me").json,
        leader.get("/reflections").json,
        leader.get(f"/reflections/{leader.parts['local_date']}/revisions").json,
        leader.get("/questions").json,
        leader.get("/pauses").json,
        leader.get("/tokens").json,
        leader.get("/streak").json,
        leader.get("/push/subscriptions").json,
        leader.get("/prompt-schedule").json,
        leader.get("/reviews").json,
        *(leader.get(f"/{path}").json for path in LOG),
        leader.get(f"/imports/{leader.parts['import_id']}").json,
    )


ERASING = {"accounts-api.erase_me", "accounts.submit_deletion", "accounts.logout"}


def test_another_leaders_token_reaches_nothing_by_any_route(app, client, victim):
    before = everything_of(victim)
    stranger = a_leader(client, name="Stranger")
    tried = 0
    for rule, method in routes(app):
        if rule.endpoint in ERASING:
            continue
        reply = client.open(
            address(rule, victim.parts), method=method, headers=stranger.headers, json={}
        )
        assert reply.status_code < 500, (method, rule.rule)
        assert SECRET not in reply.text, (method, rule.rule)
        tried += 1
    assert tried > 50
    assert everything_of(victim) == before


def test_another_leaders_session_reaches_nothing_by_any_route(app, client, victim):
    before = everything_of(victim)
    browser = app.test_client()
    token = sign_in(browser, a_leader(client, name="Stranger"))
    for rule, method in routes(app):
        if rule.endpoint in ERASING:
            continue
        reply = browser.open(
            address(rule, victim.parts),
            method=method,
            data={"csrf_token": token, "password": PASSWORD, "current_password": "wrong"},
            headers={"X-CSRFToken": token},
        )
        assert reply.status_code < 500, (method, rule.rule)
        assert SECRET not in reply.text, (method, rule.rule)
    assert everything_of(victim) == before


def test_a_stranger_cannot_end_a_session_revoke_a_token_or_touch_a_question(client, victim):
    stranger = a_leader(client)
    parts = victim.parts
    for method, path in [
        ("DELETE", f"/tokens/{parts['token_id']}"),
        ("DELETE", f"/pauses/{parts['pause_id']}"),
        ("DELETE", f"/questions/{parts['question_id']}"),
        ("PATCH", f"/questions/{parts['question_id']}"),
        ("POST", f"/reflections/{parts['deleted']}/restore"),
        ("DELETE", f"/push/subscriptions/{parts['subscription_id']}"),
        ("POST", f"/push/subscriptions/{parts['subscription_id']}/test"),
    ]:
        assert stranger.call(method, path, {}).status_code == 404, path


def test_who_is_not_signed_in_reaches_only_what_is_public(app, client, victim):
    for rule, method in routes(app):
        reply = app.test_client().open(address(rule, victim.parts), method=method)
        assert SECRET not in reply.text
        if rule.endpoint in PUBLIC:
            continue
        api = rule.rule.startswith("/api/")
        refused = {401} if api else {403, 303}
        assert reply.status_code in refused, (method, rule.rule, reply.status_code)


def test_every_change_on_a_session_wants_its_csrf_token(app, client, victim):
    before = everything_of(victim)
    browser = app.test_client()
    sign_in(browser, victim)
    for rule, method in routes(app):
        if method == "GET" or rule.endpoint in ACTS_FOR_A_TOKEN:
            continue
        reply = browser.open(address(rule, victim.parts), method=method, json={})
        refused = 200 if rule.endpoint in WRITES_NOTHING else 403
        assert reply.status_code == refused, (method, rule.rule)
    assert everything_of(victim) == before


def test_nothing_changes_by_reading(app, client, victim):
    before = everything_of(victim)
    browser = app.test_client()
    sign_in(browser, victim)
    for rule, method in routes(app):
        if method == "GET" and rule.endpoint != "resets.open_reset":
            browser.get(address(rule, victim.parts))
    assert everything_of(victim) == before


def test_a_session_ends_on_the_server_when_signing_out(app, client, victim):
    browser = app.test_client()
    token = sign_in(browser, victim)
    stolen = browser.get_cookie("session").value
    browser.post("/logout", data={"csrf_token": token})
    thief = app.test_client()
    thief.set_cookie("session", stolen)
    assert thief.get("/settings").status_code == 303


def test_signing_in_begins_a_new_session(app, client, victim):
    browser = app.test_client()
    csrf_token(browser)
    before = browser.get_cookie("session").value
    sign_in(browser, victim)
    assert browser.get_cookie("session").value != before


VALUES = {
    "people": {"name": "Somebody"},
    "commitments": {"text": "Something"},
    "hand-offs": {"text": "Something"},
    "wins": {"text": "Something"},
    "numbers": {"period": "2026-10", "unit": "Something"},
}


def generalised(reply, *ids):
    """Return what a reply says, without the ids of its own request and its times."""
    text = reply.text
    for one in ids:
        text = text.replace(one, "ID").replace(one.replace("-", ""), "ID")
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z?", "TIME", text)
    return reply.status_code, text


def test_an_id_of_another_account_is_answered_as_one_that_nobody_has(app, client, victim):
    """Every address of the API with an id in it, and every method that it takes."""
    before = everything_of(victim)
    tried = set()
    for rule, method in routes(app):
        names = [name for name in rule.arguments if name.endswith("_id")]
        if not names or not rule.rule.startswith("/api/"):
            continue
        kind = rule.rule.split("/")[3]
        body = VALUES.get(kind, {"text": "Something", "into": str(uuid.uuid4()), "acts": []})
        told = []
        for known in (True, False):
            stranger = a_leader(client)
            unknown = {name: str(uuid.uuid4()) for name in names}
            parts = victim.parts | ({} if known else unknown)
            reply = client.open(
                address(rule, parts), method=method, headers=stranger.headers, json=body
            )
            told.append(generalised(reply, *(parts[name] for name in names)))
        assert told[0] == told[1], (method, rule.rule)
        tried.add((method, kind))
    assert {("PUT", kind) for kind in LOG} <= tried
    assert everything_of(victim) == before


@pytest.mark.parametrize("kind", LOG)
def test_two_accounts_may_have_one_id_and_neither_sees_the_other(client, victim, kind):
    one = {"people": "person_id", "hand-offs": "hand_off_id"}.get(kind, f"{kind[:-1]}_id")
    path = f"/{kind}/{victim.parts[one]}"
    theirs = victim.get(path).json
    stranger = a_leader(client)
    assert stranger.call("PUT", path, VALUES[kind]).status_code == 201
    assert stranger.call("PUT", path, VALUES[kind]).status_code == 200
    assert SECRET not in stranger.get(path).text
    assert victim.get(path).json == theirs
    assert stranger.call("DELETE", path).status_code == 204
    assert stranger.get(path).status_code == 404
    assert victim.get(path).json == theirs


def test_an_id_of_another_account_named_in_a_body_is_one_that_nobody_has(client, victim):
    told = []
    for person in (victim.parts["person_id"], str(uuid.uuid4())):
        stranger = a_leader(client)
        own = stranger.call("POST", "/people", {"name": "Own"}).json["id"]
        for method, path, body in (
            ("POST", "/wins", {"text": "x", "person_id": person}),
            ("POST", "/hand-offs", {"text": "x", "person_id": person}),
            ("POST", f"/people/{own}/merge", {"into": person}),
        ):
            told.append(generalised(stranger.call(method, path, body), person, own))
    assert told[:3] == told[3:]


def test_purging_a_day_leaves_what_another_account_named_like_it(client, victim):
    """What became of a day's commitment has the day's id, which a stranger may use as well."""
    day = victim.get(f"/reflections/{victim.parts['local_date']}").json["id"]
    stranger = a_leader(client)
    assert stranger.call("PUT", f"/wins/{day}", {"text": "Something"}).status_code == 201
    victim.writes(victim.parts["local_date"], note="no commitment any more")
    assert stranger.get(f"/wins/{day}").status_code == 200
