"""Every route, requested with another account's session and token, and signed out.

The routes come from the application's own map, so that a new one cannot be forgotten here.
"""

import io
import re
import uuid
import zipfile
from datetime import date, timedelta

import pytest
from factories import A_BROWSER, PASSWORD, create_leader, csrf_token, sign_in

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
    "pwa.help_shell",
    "pwa.install",
    "pwa.manifest",
    "pwa.offline",
    "pwa.offline_page",
    "pwa.read_help",
    "pwa.service_worker",
    "reflections.today",
    "resets.forgot",
    "resets.open_reset",
    "resets.reset",
    "resets.submit_forgot",
    "resets.submit_reset",
    "second_factor.enter_code",
    "second_factor.submit_code",
    "team_mirror.about",
    "team_mirror.answer",
    "team_mirror.submit_answer",
    "verification.open_link",
    "verification.submit_verification",
    "verification.verify",
    "welcome.show",
}
ACTS_FOR_A_TOKEN = {
    "mail_opt_outs.opt_in",
    "mail_opt_outs.opt_out",
    "prompts.confirm_end_letter",
    "prompts.confirm_unsubscribe",
    "team_mirror.submit_answer",
}
# Text shared by another app only fills today's form, for the leader to save.
WRITES_NOTHING = {"reflections.share"}
SECRET = "Quetzalcoatl"
LOG = ("people", "commitments", "hand-offs", "wins", "numbers")


def list_routes(app):
    """Yield (rule, method) for every route, in a fixed order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            yield rule, method


@pytest.fixture
def victim(client):
    """A leader with an entry of every kind, each marked by one word."""
    leader = create_leader(client, name=f"{SECRET} Adler")
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
        data={"file": (zip_file("2024-05-06.md", f"About {SECRET}."), "journal.zip")},
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
        "behaviour": "coach",
        "name": "people",
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


def zip_file(name, text):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(name, text)
    file.seek(0)
    return file


def fill_path(rule, parts):
    with_parts = {name: parts[name] for name in rule.arguments}
    path = rule.rule
    for name, value in with_parts.items():
        path = re.sub(rf"<(?:\w+:)?{name}>", value, path)
    return path


def read_everything(leader):
    """Return everything that must stay the same whatever others request."""
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


ENDPOINTS_ENDING_SESSIONS = {"accounts-api.erase_me", "accounts.submit_deletion", "accounts.logout"}


def test_other_leaders_token_reaches_nothing_on_any_route(app, client, victim):
    before = read_everything(victim)
    stranger = create_leader(client, name="Stranger")
    tried = 0
    for rule, method in list_routes(app):
        if rule.endpoint in ENDPOINTS_ENDING_SESSIONS:
            continue
        reply = client.open(
            fill_path(rule, victim.parts), method=method, headers=stranger.headers, json={}
        )
        assert reply.status_code < 500, (method, rule.rule)
        assert SECRET not in reply.text, (method, rule.rule)
        tried += 1
    assert tried > 50
    assert read_everything(victim) == before


def test_other_leaders_session_reaches_nothing_on_any_route(app, client, victim):
    before = read_everything(victim)
    browser = app.test_client()
    token = sign_in(browser, create_leader(client, name="Stranger"))
    for rule, method in list_routes(app):
        if rule.endpoint in ENDPOINTS_ENDING_SESSIONS:
            continue
        reply = browser.open(
            fill_path(rule, victim.parts),
            method=method,
            data={"csrf_token": token, "password": PASSWORD, "current_password": "wrong"},
            headers={"X-CSRFToken": token},
        )
        assert reply.status_code < 500, (method, rule.rule)
        assert SECRET not in reply.text, (method, rule.rule)
    assert read_everything(victim) == before


def test_other_leader_cannot_change_tokens_pauses_or_questions(client, victim):
    stranger = create_leader(client)
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


def test_signed_out_requests_reach_only_public_routes(app, client, victim):
    for rule, method in list_routes(app):
        reply = app.test_client().open(fill_path(rule, victim.parts), method=method)
        assert SECRET not in reply.text
        if rule.endpoint in PUBLIC:
            continue
        api = rule.rule.startswith("/api/")
        refused = {401} if api else {403, 303}
        assert reply.status_code in refused, (method, rule.rule, reply.status_code)


def test_every_session_change_needs_a_csrf_token(app, client, victim):
    before = read_everything(victim)
    browser = app.test_client()
    sign_in(browser, victim)
    for rule, method in list_routes(app):
        if method == "GET" or rule.endpoint in ACTS_FOR_A_TOKEN:
            continue
        reply = browser.open(fill_path(rule, victim.parts), method=method, json={})
        refused = 200 if rule.endpoint in WRITES_NOTHING else 403
        assert reply.status_code == refused, (method, rule.rule)
    assert read_everything(victim) == before


def test_reading_changes_nothing(app, client, victim):
    before = read_everything(victim)
    browser = app.test_client()
    sign_in(browser, victim)
    for rule, method in list_routes(app):
        if method == "GET" and rule.endpoint != "resets.open_reset":
            browser.get(fill_path(rule, victim.parts))
    assert read_everything(victim) == before


def test_sign_out_ends_the_session_on_the_server(app, client, victim):
    browser = app.test_client()
    token = sign_in(browser, victim)
    stolen = browser.get_cookie("session").value
    browser.post("/logout", data={"csrf_token": token})
    thief = app.test_client()
    thief.set_cookie("session", stolen)
    assert thief.get("/settings").status_code == 303


def test_sign_in_starts_a_new_session(app, client, victim):
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


def generalize(reply, *ids):
    """Return a response's status and text without the ids of its request and without times."""
    text = reply.text
    for one in ids:
        text = text.replace(one, "ID").replace(one.replace("-", ""), "ID")
    text = re.sub(r"\d{4}-\d\d-\d\dT[0-9:.]+Z?", "TIME", text)
    return reply.status_code, text


def test_other_accounts_ids_look_unknown(app, client, victim):
    """Every API path with an id in it, with every method it accepts."""
    before = read_everything(victim)
    tried = set()
    for rule, method in list_routes(app):
        names = [name for name in rule.arguments if name.endswith("_id")]
        if not names or not rule.rule.startswith("/api/"):
            continue
        kind = rule.rule.split("/")[3]
        body = VALUES.get(kind, {"text": "Something", "into": str(uuid.uuid4()), "acts": []})
        replies = []
        for known in (True, False):
            stranger = create_leader(client)
            unknown = {name: str(uuid.uuid4()) for name in names}
            parts = victim.parts | ({} if known else unknown)
            reply = client.open(
                fill_path(rule, parts), method=method, headers=stranger.headers, json=body
            )
            replies.append(generalize(reply, *(parts[name] for name in names)))
        assert replies[0] == replies[1], (method, rule.rule)
        tried.add((method, kind))
    assert {("PUT", kind) for kind in LOG} <= tried
    assert read_everything(victim) == before


@pytest.mark.parametrize("kind", LOG)
def test_same_id_in_two_accounts_stays_separate(client, victim, kind):
    one = {"people": "person_id", "hand-offs": "hand_off_id"}.get(kind, f"{kind[:-1]}_id")
    path = f"/{kind}/{victim.parts[one]}"
    theirs = victim.get(path).json
    stranger = create_leader(client)
    assert stranger.call("PUT", path, VALUES[kind]).status_code == 201
    assert stranger.call("PUT", path, VALUES[kind]).status_code == 200
    assert SECRET not in stranger.get(path).text
    assert victim.get(path).json == theirs
    assert stranger.call("DELETE", path).status_code == 204
    assert stranger.get(path).status_code == 404
    assert victim.get(path).json == theirs


def test_other_accounts_ids_in_bodies_look_unknown(client, victim):
    replies = []
    for person in (victim.parts["person_id"], str(uuid.uuid4())):
        stranger = create_leader(client)
        own = stranger.call("POST", "/people", {"name": "Own"}).json["id"]
        for method, path, body in (
            ("POST", "/wins", {"text": "x", "person_id": person}),
            ("POST", "/hand-offs", {"text": "x", "person_id": person}),
            ("POST", f"/people/{own}/merge", {"into": person}),
        ):
            replies.append(generalize(stranger.call(method, path, body), person, own))
    assert replies[:3] == replies[3:]


def test_purging_a_day_keeps_another_accounts_entry_with_its_id(client, victim):
    """The result of a day's commitment has the day's id, which another account may use as well."""
    day = victim.get(f"/reflections/{victim.parts['local_date']}").json["id"]
    stranger = create_leader(client)
    assert stranger.call("PUT", f"/wins/{day}", {"text": "Something"}).status_code == 201
    victim.writes(victim.parts["local_date"], note="no commitment any more")
    assert stranger.get(f"/wins/{day}").status_code == 200
