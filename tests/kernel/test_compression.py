"""Replies are compressed, but not where somebody else's words could tell from their length."""

import gzip

import brotli
import pytest

from leaderjournal.kernel.assets import STATIC, get_asset_url

FILES = ["css/app.css", "js/autosave.js"]


def read(reply) -> bytes:
    """Return the body of a reply, decompressed."""
    encoding = reply.headers.get("Content-Encoding")
    return {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding](reply.data)


def ask(client, path, accepted="gzip, deflate, br, zstd", **headers):
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return client.get(path, headers={"Accept-Encoding": accepted} | named, buffered=True)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_page_is_compressed_as_the_browser_can_read_it(browser, accepted, encoding):
    reply = ask(browser, "/", accepted)
    assert reply.headers.get("Content-Encoding") == encoding
    assert reply.headers["Vary"].count("Accept-Encoding") == 1
    assert int(reply.headers["Content-Length"]) == len(reply.data)
    assert b"</html>" in read(reply)


def test_compressed_page_of_today_takes_a_quarter(browser):
    plain, compressed = browser.get("/"), ask(browser, "/")
    assert len(compressed.data) < len(plain.data) / 4


@pytest.mark.parametrize("site", [None, "cross-site", "same-site", "none"])
def test_reply_to_words_that_others_may_have_chosen_is_not_compressed(browser, site):
    headers = {"Sec_Fetch_Site": site} if site else {}
    reply = ask(browser, "/search?q=review", **headers)
    assert (reply.status_code, reply.headers.get("Content-Encoding")) == (200, None)


def test_reply_to_a_query_is_compressed_for_the_journals_own_pages_and_tokens(browser, leader):
    leader.writes("2026-03-05", ("let-go", 4, "I stayed out of it. " * 50))
    own = ask(browser, "/search?q=review", Sec_Fetch_Site="same-origin")
    assert own.headers["Content-Encoding"] == "br"
    listed = ask(leader.client, "/api/v1/reflections?limit=30", **leader.headers)
    assert listed.headers["Content-Encoding"] == "br"
    assert b"I stayed out of it." in read(listed)


def test_form_that_comes_back_is_not_compressed(browser):
    form = {"csrf_token": browser.csrf, "note": "a" * 2_000, "score-let-go": "9"}
    reply = browser.post("/", data=form, headers={"Accept-Encoding": "br"})
    assert "Content-Encoding" not in reply.headers


def test_etag_of_a_day_stays_its_version_and_can_be_sent_back(leader):
    leader.writes("2026-03-05", ("let-go", 4, "I stayed out of it. " * 50))
    plain = leader.get("/reflections/2026-03-05")
    asked = ask(leader.client, "/api/v1/reflections/2026-03-05", **leader.headers)
    assert asked.headers["ETag"] == plain.headers["ETag"]
    assert "Content-Encoding" not in asked.headers


def test_head_has_the_headers_of_get(browser):
    got = ask(browser, "/people")
    head = browser.head("/people", headers={"Accept-Encoding": "br"})
    assert head.headers["Content-Encoding"] == got.headers["Content-Encoding"] == "br"


def test_small_replies_and_images_are_left_alone(client):
    assert "Content-Encoding" not in ask(client, "/healthz").headers
    with client.application.test_request_context():
        icon = next(STATIC.rglob("*.png")).relative_to(STATIC)
        path = get_asset_url(icon.as_posix())
    assert "Content-Encoding" not in ask(client, path).headers


@pytest.mark.parametrize("encoding", ["br", "gzip", None])
@pytest.mark.parametrize("filename", FILES)
def test_static_text_is_compressed_and_the_same(client, filename, encoding):
    with client.application.test_request_context():
        path = get_asset_url(filename)
    reply = ask(client, path, encoding or "identity")
    assert reply.headers.get("Content-Encoding") == encoding
    assert "Accept-Encoding" in reply.headers["Vary"]
    assert "immutable" in reply.headers["Cache-Control"]
    assert read(reply) == (STATIC / filename).read_bytes()


def test_each_encoding_of_a_static_file_has_an_etag_of_its_own(client):
    with client.application.test_request_context():
        path = get_asset_url(FILES[0])
    etags = {ask(client, path, accepted).headers["ETag"] for accepted in ("br", "gzip", "identity")}
    assert len(etags) == 3


def test_stranger_signing_in_gets_compressed_pages(client):
    assert ask(client, "/login").headers["Content-Encoding"] == "br"
