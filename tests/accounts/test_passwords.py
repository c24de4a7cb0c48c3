"""Which passwords are refused, and for which reason."""

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from factories import PASSWORD, create_leader, csrf_token
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.accounts.passwords import hashing, strength
from leaderjournal.accounts.passwords.breached import FILTER, is_breached
from leaderjournal.accounts.passwords.strength import find_weakness

MIRA = ("Mira Adler", "mira.adler84@example.com")
NEW = {"email": "mira.adler84@example.com", "name": "Mira Adler", "time_zone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("aaaaaaaaaaaa", "Many people"),
        ("123456789012", "Many people"),
        ("Password1!", "Many people"),
        ("QWERTYUIOP", "Many people"),
        ("summer2026", "One word"),
        ("Summer!2026", "One word"),
        ("Frühling 2026", "One word"),
        ("hamburg-2024!", "One word"),
        ("mirror mirror", "One word"),
        ("mira.adler84@example.com", "Your name"),
        ("Mira.Adler84@example.com1", "Your name"),
        ("MiraAdler1984", "Your name"),
        ("adler 19841984", "Your name"),
        ("example-Mira-2026", "Your name"),
        ("LeaderJournal1!", "this journal"),
        ("my journal", "this journal"),
        ("qzqzqzqzqzqzqz", "Repeated"),
        ("0123456789abcdef", "Sequences"),
        ("30.11.2026", "Dates"),
        ("wsxcvfre", "side by side"),
        ("another boat", "short enough"),
    ],
)
def test_weak_password_is_refused_with_the_reason(password, why):
    sentence = find_weakness(password, MIRA)
    assert why in sentence
    assert "three or four words" in sentence


@pytest.mark.parametrize(
    "password",
    [
        "look in the mirror",
        "a mirror for Mira",
        "another mirror",
        "blue house green tree",
        "walk the dog home",
        "journal of my grey cat",
        "ein Spiegel für mich",
        "日本語のパスワード",
        "xK9#mQ2v",
        "8372910465",
        "x7!" * 3 + "correct horse battery staple" * 6,
    ],
)
def test_phrases_and_random_passwords_are_accepted(password):
    assert find_weakness(password, MIRA) is None


@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=3))
def test_any_text_can_be_rated(password, own_words):
    sentence = find_weakness(password, own_words)
    assert sentence is None or sentence.endswith(strength.BETTER)


@given(st.text("(4@8{[<369!1|0$5+7%2ae", min_size=200, max_size=200))
def test_rating_limits_lookalike_combinations(password):
    """zxcvbn tries each combination for each part: 72 characters take more than ten seconds."""
    from zxcvbn.matching import L33T_TABLE, enumerate_l33t_subs, relevant_l33t_subtable

    simplified = strength.simplify(password)
    assert len(simplified) <= strength.SCORED_LENGTH
    assert len(enumerate_l33t_subs(relevant_l33t_subtable(simplified, L33T_TABLE))) <= 64


def test_breached_password_filter_matches_its_checksum():
    from hashlib import sha256

    note = FILTER.with_suffix(".txt").read_text()
    assert sha256(FILTER.read_bytes()).hexdigest() in note
    assert is_breached("iloveyou2")
    assert is_breached("ILoveYou2")
    assert not is_breached(PASSWORD)


def test_api_refuses_passwords_made_of_name_or_email(client):
    for password in ("summer2026", "MiraAdler2026", NEW["email"]):
        reply = client.post("/api/v1/accounts", json=NEW | {"password": password})
        assert reply.status_code == 422
        assert set(reply.json["errors"]) == {"password"}
    odd = client.post("/api/v1/accounts", json=NEW | {"password": "adler adler", "name": [1]})
    assert odd.status_code == 422
    assert client.post("/api/v1/accounts", json=NEW | {"password": PASSWORD}).status_code == 201


def test_settings_and_reset_refuse_passwords_made_of_name_or_email(app, client, post, mailbox):
    leader = create_leader(client, name="Mira Adler")
    refused = post("/settings/password", current_password=PASSWORD, password="MiraAdler2026")
    assert refused.status_code == 422
    assert "Your name" in refused.text
    browser = app.test_client()
    form = {"email": leader.email, "csrf_token": csrf_token(browser, "/forgot")}
    browser.post("/forgot", data=form)
    app.test_cli_runner().invoke(args=["worker", "--once"])
    link = mailbox[0].get_payload().split("http://localhost")[1].split()[0]
    browser.get(link)
    form = {"password": "MiraAdler2026", "csrf_token": csrf_token(browser, "/reset")}
    assert "Your name" in browser.post("/reset", data=form).text


def test_password_hash_parameters_follow_rfc_9106(production_hasher, monkeypatch):
    monkeypatch.setattr(hashing, "_hasher", production_hasher)
    password_hash = hashing.hash_password(PASSWORD)
    assert extract_parameters(password_hash) == RFC_9106_LOW_MEMORY
    assert hashing.verify_password(PASSWORD, password_hash)
    assert not hashing.verify_password("another mirror", password_hash)
