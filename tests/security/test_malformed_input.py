"""Malformed input, signed in and signed out, causes no server error and no traceback."""

import json
import traceback
from itertools import product
from uuid import uuid4

import pytest
from factories import PASSWORD, create_leader, csrf_token, sign_in
from hypothesis import given, settings
from hypothesis import strategies as st

NOT_TEXT = ("\0", "a\0b", "\ud800", "\udfff@b.c", "a\r\nSet-Cookie: x=1")
DATES = ("0001-01-01", "1899-12-31", "1900-01-01", "9999-12-31", "0000-00-00", "２０２６-11-24")
INSTANTS = ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "-1", "1e999")
PERIODS = ("0000", "0001", "9998", "9999", "0001-01", "1900-01", "9998-12", "9999-12", "2026-W53")
NUMBERS = (0, -1, 2**31, 2**63, 10**30, 1e308, True, None, [], {}, [[]], {"a": None})
RAW_BODIES = (
    b"",
    b" ",
    b"[" * 1_000 + b"]" * 1_000,
    b"[" * 100_000,
    b'{"a":' * 1_000 + b"1" + b"}" * 1_000,
    b'{"a":' * 100_000,
    b'{"email": "a@b.c", "password": ' + b"9" * 5_000 + b"}",
    b'{"score": -' + b"9" * 5_000 + b"}",
    b'{"score": 1e999, "minutes": NaN, "text": Infinity, "limit": -Infinity}',
    b'{"email": "\\ud800@b.c", "password": "\\ud800", "label": "\\ud800", "name": "\\ud800"}',
    b'{"\\ud800": 1, "\\u0000": 2}',
    b'{"text": "\\u0000", "key": "\\u0000", "name": "\\u0000", "note": "\\u0000"}',
    b'{"email": "\xff\xfe"}',
    b'{"email": "\xed\xa0\x80"}',
    b'\xef\xbb\xbf{"a": 1}',
    '{"a": 1}'.encode("utf-16"),
    b'{"key": "lead", "key": ["lead"], "key": {}}',
    b"null",
    b"true",
    b'"text"',
    b"[]",
    b"[1, 2]",
    b"{}",
    b'{"a": 1} trailing',
)
JSON_HEADERS = (
    {"Content-Type": "application/json"},
    {"Content-Type": "application/json; charset=utf-16"},
    {"Content-Type": "application/json; charset=nonsense"},
    {"Content-Type": "application/problem+json"},
    {"Content-Type": "text/plain"},
    {"Content-Type": "\xff"},
    {},
    {"Content-Type": "application/json", "Content-Encoding": "gzip"},
)
FORM_BODIES = (
    ("application/x-www-form-urlencoded", b"email=%ff%fe&password=%00&next=/%0d%0a"),
    ("application/x-www-form-urlencoded", b"email=\xff\xfe&\xff=\x00"),
    ("application/x-www-form-urlencoded", b"%ED%A0%80=%ED%A0%80"),
    ("application/x-www-form-urlencoded", b"a&" * 2_000),
    ("application/x-www-form-urlencoded; charset=utf-16", b"\xff\xfe"),
    ("multipart/form-data", b"--x\r\n"),
    ("multipart/form-data; boundary=", b"--\r\n"),
    ("multipart/form-data; boundary=\xff", b"--\xff\r\n"),
    ("multipart/form-data; boundary=" + "x" * 10_000, b"--x\r\n"),
    ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--"),
    ("multipart/form-data; boundary=x", b"--x\r\n\r\n"),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="\xff\x00"\r\n\r\n\xff--x--',
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; '
        b"filename*=utf-8''%ed%a0%80%00\r\n\r\n" + b"[" * 100_000 + b"\r\n--x--",
    ),
)
HEADERS = (
    {"Authorization": "Bearer \xff\xe9"},
    {"Authorization": "Bearer"},
    {"Authorization": "Basic \xff"},
    {"Authorization": "Basic " + "=" * 99},
    {"Authorization": "Digest " + "a=b," * 99},
    {"Cookie": "session=\xff\xfe; =; ;;; session"},
    {"Cookie": "session=" + "." * 4_000},
    {"If-Match": "\xff"},
    {"If-Match": '"' + "a" * 5_000 + '", W/"x", *'},
    {"If-None-Match": '"\xff'},
    {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"},
    {"If-Unmodified-Since": "Mon, 01 Jan 0001 00:00:00 +2359"},
    {"X-CSRFToken": "\xff\xe9"},
    {"Range": "bytes=0-18446744073709551616,-1,\xff"},
    {"Range": "bytes=" + "0-1," * 1_000},
    {"If-Range": "Mon, 01 Jan 0001 00:00:00 +2359"},
    {"Accept-Language": "\xff;q=nan, " + "a-" * 500},
    {"Accept": "\xff/\xfe;q=1e999"},
    {"User-Agent": "\xff" * 3_000},
    {"Content-Length": "x"},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"X-Forwarded-For": "\xff, " * 99},
    {"Origin": "\xff"},
    {"Referer": "http://[::1"},
)


@pytest.fixture
def find_fault(app):
    """Send a request; return a description of the server error it caused, or None."""

    def send(client, method, path, **request):
        try:
            reply = client.open(path, method=method, buffered=True, **request)
        except Exception as error:  # noqa: BLE001 - what escapes is what is looked for
            at = traceback.extract_tb(error.__traceback__)[-1]
            ours = [f for f in traceback.extract_tb(error.__traceback__) if "journal" in f.filename]
            place = f"{ours[-1].filename}:{ours[-1].lineno}" if ours else ""
            found = f"{type(error).__name__} at {at.name} ({place})"
            return f"{method} {path[:80]!a} {str(request)[:150]}: {found}"
        if reply.status_code >= 500:
            return f"{method} {path[:80]!a} {str(request)[:150]}: {reply.status_code}"
        if path.startswith("/api/") and reply.status_code >= 400:
            assert reply.mimetype == "application/problem+json", (path, reply.headers)
            assert json.loads(reply.data)["detail"]
        return None

    return send


def assert_no_faults(faults):
    """Fail with one request for each distinct fault."""
    found = {fault.rpartition(": ")[2]: fault for fault in faults if fault}
    assert not found, "\n".join(found.values())


def list_routes(app, *, but=()):
    """Yield every method and rule."""
    for rule in app.url_map.iter_rules():
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in but:
                yield method, rule


def pick_some(bodies, number):
    """Return a few of the bodies for a route by number: all routes share one parser."""
    return {bodies[(number * step) % len(bodies)] for step in (1, 5, 7)}


ENDPOINTS_READING_HEADERS = {
    "accounts.login",
    "accounts.submit_login",
    "assets.file",
    "pwa.service_worker",
    "operations.metrics",
    "reflections.today",
    "reflections-api.put_reflection",
    "reflections-api.read_reflection",
    "prompts-api.subscribe",
    "portability-api.import_journal",
}
"""Endpoints that read headers besides those read for every request."""

ENDPOINTS_ENDING_SESSIONS = {
    "accounts.logout",
    "accounts.end_session",
    "accounts.submit_deletion",
    "accounts-api.erase_me",
}


def fill_path(rule, value):
    """Return the path of a rule with one percent-encoded value for every argument."""
    quoted = "".join(f"%{byte:02x}" for byte in value.encode("utf-8", "surrogatepass"))
    path = rule.rule
    for _name in rule.arguments:
        start = path.index("<")
        path = path[:start] + quoted + path[path.index(">") + 1 :]
    return path


def fill_valid_path(rule):
    """Return a path that the rule matches."""
    values = {"local_date": "2026-11-24", "period": "2026-11", "month": "2026-11", "version": "1"}
    values |= {"key": "lead", "act": "thanked", "wanted": "json"}
    path = rule.rule
    for name in rule.arguments:
        start, end = path.index("<"), path.index(">")
        given = values.get(name, "x" if "uuid:" not in path[start:end] else str(uuid4()))
        path = path[:start] + given + path[end + 1 :]
    return path


@pytest.fixture(params=["a stranger", "a leader"])
def requester(request, app):
    """Return a client, the headers of its API calls and the CSRF token of its forms."""
    client = app.test_client()
    if request.param == "a stranger":
        return client, {}, csrf_token(client)
    leader = create_leader(client)
    browser = app.test_client()
    return browser, leader.headers, sign_in(browser, leader)


def test_malformed_json_causes_no_server_error(app, requester, find_fault):
    client, headers, _ = requester
    faults = [
        find_fault(
            client, method, fill_valid_path(rule), data=body, headers=headers | JSON_HEADERS[0]
        )
        for number, (method, rule) in enumerate(list_routes(app, but=ENDPOINTS_ENDING_SESSIONS))
        for body in pick_some(RAW_BODIES, number)
        if method != "GET" and rule.rule.startswith("/api/")
    ]
    assert_no_faults(faults)


def test_malformed_content_type_causes_no_server_error(app, requester, find_fault):
    client, headers, _ = requester
    faults = [
        find_fault(client, method, fill_valid_path(rule), data=b"{}", headers=headers | of_body)
        for method, rule in list_routes(app, but=ENDPOINTS_ENDING_SESSIONS)
        for of_body in JSON_HEADERS
        if (method in {"PUT", "POST"} and rule.endpoint.endswith(("_api", "login", "me", "answer")))
        or rule.endpoint in ENDPOINTS_READING_HEADERS
    ]
    assert_no_faults(faults)


def test_malformed_form_causes_no_server_error(app, requester, find_fault):
    client, headers, csrf = requester
    faults = [
        find_fault(
            client,
            method,
            fill_valid_path(rule),
            data=body,
            headers={"X-CSRFToken": csrf, "Content-Type": kind}
            | (headers if rule.rule.startswith("/api/") else {}),
        )
        for number, (method, rule) in enumerate(list_routes(app, but=ENDPOINTS_ENDING_SESSIONS))
        for kind, body in pick_some(FORM_BODIES, number)
        if method != "GET" and (not rule.rule.startswith("/api/") or "import" in rule.rule)
    ]
    assert_no_faults(faults)


def test_malformed_header_causes_no_server_error(app, requester, find_fault):
    client, headers, _ = requester
    faults = [
        find_fault(client, method, fill_valid_path(rule), headers=headers | given)
        for method, rule in list_routes(app, but=ENDPOINTS_ENDING_SESSIONS)
        for given in HEADERS
        if rule.endpoint in ENDPOINTS_READING_HEADERS
    ]
    assert_no_faults(faults)


def test_malformed_path_causes_no_server_error(app, requester, find_fault):
    client, headers, csrf = requester
    values = [*NOT_TEXT, *DATES, *PERIODS, "9" * 5_000, "٣", "x" * 5_000, "..", "%00", str(uuid4())]
    values += [str(uuid4()).upper(), "{" + str(uuid4()) + "}", "0" * 32]
    faults = [
        find_fault(
            client,
            method,
            fill_path(rule, value),
            headers=({"X-CSRFToken": csrf} | headers),
            **({} if method == "GET" else {"json": {}}),
        )
        for method, rule in list_routes(app, but=ENDPOINTS_ENDING_SESSIONS)
        for value in values
        if rule.arguments
    ]
    assert_no_faults(faults)


QUERY = (
    "q", "key", "from", "to", "limit", "cursor", "score", "person", "next", "page", "format",
    "table", "period", "every_day", "without_names", "key_slug", "name", "month", "date",
)  # fmt: skip


def test_malformed_query_causes_no_server_error(app, requester, find_fault):
    client, headers, _ = requester
    values = [*DATES, "%00", "%ff%fe", "%ED%A0%80", "9" * 5_000, "-1", "1e999", "NaN", "%0d%0aX:y"]
    values += ["%5B" * 999, "", "&=&&=", "2026-11-24_00000000-0000-0000-0000-000000000000"]
    faults = [
        find_fault(client, "GET", f"{fill_valid_path(rule)}?{name}={value}", headers=headers)
        for number, ((method, rule), name) in enumerate(product(list_routes(app), QUERY))
        if method == "GET" and takes_query(rule)
        for value in pick_some(values, number)
    ]
    assert_no_faults(faults)


def takes_query(rule):
    """Tell whether the route reads its query string."""
    words = ("search", "reflections", "login", "export", "document", "moving", "log", "people")
    return any(word in rule.rule for word in words) or rule.rule.count("/") < 2


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@settings(max_examples=60)
@given(data=st.data())
def test_generated_request_causes_no_server_error(app, requester, find_fault, data):
    client, headers, csrf = requester
    method, rule = data.draw(st.sampled_from(list(list_routes(app, but=ENDPOINTS_ENDING_SESSIONS))))
    path = (
        fill_valid_path(rule) if data.draw(st.booleans()) else fill_path(rule, data.draw(ANY_TEXT))
    )
    body = data.draw(
        st.one_of(
            st.fixed_dictionaries({"json": st.dictionaries(ANY_TEXT, ANY_TEXT | st.integers())}),
            st.fixed_dictionaries({"data": st.dictionaries(ANY_TEXT, ANY_TEXT)}),
            st.fixed_dictionaries({"data": st.binary(), "content_type": ANY_TEXT.map(ascii)}),
        )
    )
    query = data.draw(st.dictionaries(st.sampled_from(QUERY), ANY_TEXT))
    sent = {"headers": headers | {"X-CSRFToken": csrf}, "query_string": query}
    assert_no_faults(
        [find_fault(client, method, path, **sent, **({} if method == "GET" else body))]
    )


@pytest.mark.parametrize(
    "wanted",
    [
        "/\r\nSet-Cookie: a=b",
        "//evil.test",
        "/\\evil.test",
        "https://evil.test",
        "/\t/evil.test",
        "/é",
    ],
)
def test_sign_in_redirects_only_to_local_paths(app, wanted):
    client = app.test_client()
    leader = create_leader(client)
    form = {"email": leader.email, "password": PASSWORD, "next": wanted}
    reply = client.post("/login", data=form | {"csrf_token": csrf_token(client)})
    assert reply.status_code == 303
    assert reply.headers["Location"] == "/"
    assert "Set-Cookie: a=b" not in str(reply.headers)


@pytest.mark.parametrize(
    ("method", "path", "at"),
    [
        ("DELETE", "/api/v1/wins/{0}", "/api/v1/wins/{win_id}"),
        ("POST", "/api/v1/team-mirrors/2026-11/close", "/api/v1/team-mirrors/{month}/close"),
        ("GET", "/api/v1/imports", "/api/v1/imports"),
    ],
)
def test_unexpected_body_is_answered_as_documented(leader, method, path, at):
    document = leader.client.get("/api/v1/openapi.json").json
    documented = document["paths"][at][method.lower()]["responses"]
    reply = leader.client.open(
        path.format(uuid4()),
        method=method,
        data="{}",
        content_type="text/plain",
        headers=leader.headers,
    )
    assert reply.status_code == 415
    assert {"413", "415"} <= documented.keys()
