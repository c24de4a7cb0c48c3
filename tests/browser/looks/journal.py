"""A journal that is the same on each day and each machine: fixed time, fixed ids, five leaders."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch
from uuid import UUID

from browser.looks.frozen_time import NOW, TODAY
from factories import LeaderClient
from flask import Flask
from flask.testing import FlaskClient

from leaderjournal import create_app, demo
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.api_tokens.store import create_token
from leaderjournal.accounts.invitations.store import create_invitation
from leaderjournal.accounts.mail_opt_outs.store import build_opt_out_url
from leaderjournal.accounts.resets.store import create_reset, make_reset_token
from leaderjournal.accounts.store import Leader
from leaderjournal.accounts.verification.store import create_verification, make_verification_token
from leaderjournal.kernel import clock, database
from leaderjournal.kernel.days import Instant
from leaderjournal.kernel.settings import Settings
from leaderjournal.portability.documents.rules import DocumentOptions
from leaderjournal.portability.documents.store import request_document
from leaderjournal.portability.imports.preview import preview_import
from leaderjournal.portability.imports.store import create_import
from leaderjournal.practice.catalogue import KEY_SLUGS
from leaderjournal.prompts.mail.unsubscribe_tokens import LETTER, PROMPTS, create_unsubscribe_token
from leaderjournal.reviews.periods.rules import Period

PASSWORD = demo.PASSWORD
FILLED, FRESH, EMPTY, LONG, WALKING = (
    demo.EMAIL,
    "fresh@example.com",
    "empty@example.com",
    "long@example.com",
    "walking@example.com",
)
"""A year of days; registered this minute; registered long ago and nothing written; long words; one
in whose journal tests may write."""

LONG_WORDS = (
    "N" * 80,
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "عبد الرحمن بن عبد العزيز بن محمد بن عبد الله آل سعود الكبير المحترم",
    "👩🏽‍💼👨‍👩‍👧‍👦🏳️‍🌈" * 4,
)
"""Names that a page has to bear: no space in 80 letters, a compound, right to left, emoji."""


DATES = {
    "local_date": "2026-11-24",
    "version": "1",
    "key": "let-go",
    "behaviour": "develop-talent",
    "period": "2026-11",
    "collection": "wins",
}
"""What stands in the addresses of everybody's pages, by argument."""
COLLECTIONS = {
    "person_id": "/people",
    "win_id": "/wins",
    "hand_off_id": "/hand-offs",
    "number_id": "/numbers",
    "commitment_id": "/commitments",
    "question_id": "/questions",
    "pause_id": "/pauses",
}
"""Where the API lists what an argument names. The first of each is taken."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """What stands in the parts of addresses: by leader and argument, and tokens by endpoint."""

    by_leader: dict[str, dict[str, str]]
    tokens: dict[str, str]


@contextmanager
def standing_still() -> Iterator[None]:
    """Let the clock show NOW, and ids count up, so that the same questions are asked each time."""
    numbers = itertools.count(1)

    def next_id() -> UUID:
        number = next(numbers)
        milliseconds = int(NOW.timestamp() * 1000) << 80
        return UUID(int=milliseconds | 7 << 76 | 2 << 62 | number)

    with patch.object(clock, "now", lambda: NOW), patch.object(database, "uuid7", next_id):
        yield


def create_journal(environment: dict[str, str], instance: Path) -> Addresses:
    """Create the five leaders in an empty database, and return where their pages are."""
    local = environment | {"PUBLIC_URL": "http://localhost"}  # the client calls it so
    app = create_app(Settings.from_environment(local, instance))
    with standing_still(), app.app_context():
        demo.create_demo(now=NOW)
        filled = accounts_store.find_leader(accounts_store.find_account_id(FILLED))
        create_leader(FRESH, "Ines", registered=NOW)
        create_leader(EMPTY, "Ben", registered=Instant(NOW - timedelta(days=45)))
        create_leader(WALKING, "Kim", registered=Instant(NOW - timedelta(days=45)))
        long = create_leader(LONG, LONG_WORDS[1], registered=Instant(NOW - timedelta(days=10)))
        client = make_client(app, long)
        write_long_words(client)
        by_leader = {
            FILLED: find_ids(make_client(app, filled)) | make_passing_ids(filled),
            FRESH: DATES,
            EMPTY: DATES,
            LONG: find_ids(client),
        }
        return Addresses(by_leader, make_tokens(app, filled))


def create_leader(email: str, name: str, *, registered: Instant) -> Leader:
    return accounts_store.create_account(
        email=email,
        password=PASSWORD,
        name=name,
        time_zone="Europe/Berlin",
        language="en",
        now=registered,
    )


def make_client(app: Flask, leader: Leader) -> LeaderClient:
    """Return a client of the API for a leader."""
    token, _ = create_token(leader.cipher, label="looks", now=NOW)
    return LeaderClient(FlaskClient(app), leader.email, token, str(leader.id))


def write_long_words(leader: LeaderClient) -> None:
    """Write what is long wherever a leader can write."""
    for name in LONG_WORDS:
        person = expect_made(leader.call("POST", "/people", {"name": name, "every_days": 7}))
        content = {"text": f"{name} {name}", "person_id": person["id"]}
        expect_made(leader.call("POST", "/wins", content | {"local_date": "2026-11-20"}))
        expect_made(leader.call("POST", "/hand-offs", content))
        expect_made(leader.call("POST", "/commitments", {"text": name * 2, "due_on": TODAY}))
        expect_made(
            leader.call("PUT", f"/people/{person['id']}/acts/{TODAY}", {"acts": ["coach", "help"]})
        )
    number = {"period": "2026-11", "target": 123456789.5, "actual": 98765432.25, "unit": "M" * 10}
    expect_made(leader.call("POST", "/numbers", number))
    question = f"How far did you speak with {LONG_WORDS[1]} today?"
    expect_made(leader.call("POST", "/questions", {"key": "let-go", "text": question}))
    for day in ("2026-11-20", "2026-11-23", "2026-11-24", TODAY):
        answers = [
            {"key": key, "score": 3, "text": f"{text} " * 3}
            for key, text in zip(KEY_SLUGS, LONG_WORDS, strict=False)
        ]
        content = {"answers": answers, "note": " ".join(LONG_WORDS), "commitment": LONG_WORDS[0]}
        expect_made(leader.call("PUT", f"/reflections/{day}", content))


def expect_made(reply) -> dict:
    assert reply.status_code in {200, 201, 204}, reply.text
    return reply.json if reply.data else {}


def find_ids(client: LeaderClient) -> dict[str, str]:
    """Return what stands in the addresses of a leader's pages."""
    question = {"key": "let-go", "text": "What did you leave to somebody else today?"}
    expect_made(client.call("POST", "/questions", question))
    pause = {"first_date": "2026-12-21", "last_date": "2027-01-03"}
    expect_made(client.call("POST", "/pauses", pause))
    ids = {name: client.get(path).json["items"][0]["id"] for name, path in COLLECTIONS.items()}
    return DATES | ids | {"entry_id": ids["win_id"]}


def make_passing_ids(leader: Leader) -> dict[str, str]:
    """Return an import that waits for a yes, a PDF that is being made, and a closed month."""
    import_id = create_import(leader, b"# 2026-11-02\n\nA quiet day.\n", "day.md", now=NOW)
    preview_import(leader, import_id, now=NOW)
    document_id = request_document(leader, Period(2026, 10), DocumentOptions(), now=NOW)
    closed = {"month": "2026-10"}  # of the team mirror
    return closed | {"import_id": str(import_id), "document_id": str(document_id)}


def make_tokens(app: Flask, leader: Leader) -> dict[str, str]:
    """Return the tokens of links that are sent by mail or handed out, by endpoint."""
    secret = app.extensions["settings"].secret_key
    mirror = expect_made(make_client(app, leader).call("POST", "/team-mirrors", {"links": 5}))
    reset = create_reset(leader.id, now=NOW, mailed=False)
    verification = create_verification(leader, "other@example.com", now=NOW)
    return {
        "accounts.open_invitation": create_invitation("new@example.com", mailed=False, now=NOW),
        "resets.open_reset": make_reset_token(reset),
        "verification.open_link": make_verification_token(verification),
        "mail_opt_outs.ask": build_opt_out_url("someone@example.com").rpartition("/")[2],
        "prompts.unsubscribe": create_unsubscribe_token(leader.id, secret, ends=PROMPTS),
        "prompts.end_letter": create_unsubscribe_token(leader.id, secret, ends=LETTER),
        "team_mirror.answer": mirror["links"][0].rpartition("/")[2],
    }
