"""`make bench`: what each call costs, beside what it costs at least, as one table.

    make bench ARGS="[--histories 7,365,3650,10950] [--leaders 100,10000]
        [--databases sqlite,postgresql] [--calls streak,save] [--seconds 4] [--json FILE]"

Both servers run alike (two processes, the same adapter and database) and are asked one after the
other, with eight connections, by wrk on the same machine. "Share" is the journal's requests a
second divided by the floor's: see `floor.py`. Statements are counted in a process of its own.
Histories are days of one leader; for each number of leaders, each of them has written for a year.
"""

import argparse
import json
import os
import platform
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import sqlalchemy as sa
from journals import COMMON, RARE, add_copies, create_leader
from load import Call, Load, send_requests
from servers import Server, build_headers, create_database, load_settings, run_server

from leaderjournal import create_app
from leaderjournal.accounts.models import Account
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, LocalDate, days_after, get_local_day

CONNECTIONS = 8
MEASURED_LEADERS = 8
"""Of very many, so many real ones take part in turn; the others fill tables and indexes."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What a call costs a server."""

    load: Load
    cpu_milliseconds: float
    memory_megabytes: float


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table."""

    database: str
    leaders: int
    days: int
    call: str
    statements: int
    journal: Cost
    floor: Cost | None

    @property
    def share(self) -> float | None:
        """The journal's requests a second divided by the floor's."""
        return self.journal.load.per_second / self.floor.load.per_second if self.floor else None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A database with its leaders."""

    environment: dict[str, str]
    headers: tuple[dict[str, str], ...]
    statements: dict[str, int]
    page_bytes: dict[str, int]


def list_calls(today: LocalDate) -> list[Call]:
    """Return what is measured."""
    month_before = f"{days_after(today, -31):%Y-%m}"
    body = {
        "answers": [
            {"key": key, "score": 4, "text": f"NUMBER {text}"}
            for key, text in (
                ("lead-from-front", "I went first, and it was seen. " * 19),
                ("protect-and-serve", "Somebody was worn out; I took the call. " * 15),
                ("let-go", "It went well without me, and I said so. " * 15),
            )
        ]
    }
    recent = tuple(str(days_after(today, -back)) for back in range(3))
    return [
        Call("me", "/api/v1/me"),
        Call("latest 30", "/api/v1/reflections?limit=30"),
        Call(
            "save a day",
            "/api/v1/reflections/DAY",
            "PUT",
            bodies=(json.dumps(body),),
            days=recent,
        ),
        Call("streak", "/api/v1/streak"),
        Call("month", f"/api/v1/summaries/{month_before}"),
        Call("search, common word", f"/api/v1/reflections?q={COMMON}", has_floor=False),
        Call("search, rare word", f"/api/v1/reflections?q={RARE}", has_floor=False),
        Call("export", "/api/v1/export?format=json", has_floor=False),
        Call("today, page", "/", is_page=True),
        Call("month, page", f"/month/{month_before}", is_page=True),
        Call("year, page", f"/year/{today.year}", is_page=True),
        Call("search, page", f"/search?q={RARE}", is_page=True),
        Call("questions, page", "/questions", is_page=True),
        Call("settings, page", "/settings", is_page=True),
        Call("people, page", "/people", is_page=True),
    ]


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--histories", default="7,365,3650,10950")
    parser.add_argument("--leaders", default="100", help="empty for none; 10000 takes 5 GB")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--calls", default="", help="words of their names")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    groups = [(1, int(days)) for days in chosen.histories.split(",") if days]
    groups += [(int(number), 365) for number in chosen.leaders.split(",") if number]
    now = Instant(datetime.now(UTC))
    today = get_local_day(now, "Europe/Berlin", DAY_STARTS_AT)
    words = [word for word in chosen.calls.split(",") if word]
    calls = [
        call for call in list_calls(today) if not words or any(word in call.name for word in words)
    ]
    machine = describe_machine()
    print(f"{machine}\n")
    rows: list[Row] = []
    for database in chosen.databases.split(","):
        for leaders, days in groups:
            with create_database(database) as environment:
                prepared = prepare(environment, calls, leaders, days, now)
                rows += measure(prepared, calls, database, leaders, days, chosen.seconds)
    if chosen.json:
        document = {"machine": machine, "rows": [{**asdict(r), "share": r.share} for r in rows]}
        chosen.json.write_text(json.dumps(document, indent=1))


def prepare(
    environment: dict[str, str], calls: list[Call], leaders: int, days: int, now: Instant
) -> Prepared:
    """Write the journals and count the statements, in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        return process.submit(_prepare, environment, calls, leaders, days, now).result()


def _prepare(
    environment: dict[str, str], calls: list[Call], leaders: int, days: int, now: Instant
) -> Prepared:
    app = create_app(load_settings(environment))
    with app.app_context():
        made = [
            create_leader(f"leader-{number}", days, now=now)
            for number in range(min(leaders, MEASURED_LEADERS))
        ]
        if leaders > len(made):
            newest = sa.select(Account.id).order_by(Account.id.desc()).limit(1)
            add_copies(db.session.scalars(newest).one(), leaders - len(made))
        engine = db.engine
    headers = tuple(build_headers(app, one) for one in made)
    counted: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *given: counted.append(given[2]))
    statements, page_bytes = {}, {}
    for call in calls:
        path = call.path.replace("DAY", call.days[0] if call.days else "")
        for number in "12":  # what a process remembers is remembered the second time
            counted.clear()
            reply = app.test_client(use_cookies=False).open(
                path,
                method=call.method,
                buffered=True,
                headers=_choose_headers(call, headers[0]),
                data=call.bodies[0].replace("NUMBER", number) if call.bodies else None,
            )
            assert reply.status_code == 200, (path, reply.status_code, reply.text[:300])
        statements[call.name] = len(counted)
        page_bytes[call.name] = len(reply.data)
    with app.app_context():
        engine.dispose()
    return Prepared(environment, headers, statements, page_bytes)


def _choose_headers(call: Call, headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a call: a page is asked for with the session, others with the token."""
    left_out = {"Authorization"} if call.is_page else {"Cookie", "X-Session"}
    return {name: value for name, value in headers.items() if name not in left_out}


def measure(
    prepared: Prepared, calls: list[Call], database: str, leaders: int, days: int, seconds: float
) -> list[Row]:
    """Ask both servers for each call; print and return the lines of the table."""
    who = "1 leader" if leaders == 1 else f"{leaders:,} leaders"
    print(f"### {database}, {who}, {days:,} days each\n")
    print(
        "| call | statements | bytes | p50 ms | p99 ms | per second | CPU ms | MB"
        " | floor per second | floor CPU ms | share |\n|---|" + "---:|" * 10
    )
    rows = []
    with run_server("journal", prepared.environment) as journal:
        costs = [measure_call(journal, call, prepared.headers, seconds) for call in calls]
    with run_server("floor", prepared.environment) as floor:
        for call, cost in zip(calls, costs, strict=True):
            at_least = call
            if call.is_page:
                at_least = replace(call, path=f"/floor/{prepared.page_bytes[call.name]}")
            lowest = None
            if call.has_floor:
                lowest = measure_call(floor, at_least, prepared.headers, seconds)
            row = Row(
                database, leaders, days, call.name, prepared.statements[call.name], cost, lowest
            )
            print(format_row(row), flush=True)
            rows.append(row)
    print()
    return rows


def format_row(row: Row) -> str:
    """Return a line of the table."""
    load = row.journal.load
    figures = [
        row.call,
        str(row.statements),
        f"{load.reply_bytes:,.0f}",
        f"{load.p50:.1f}",
        f"{load.p99:.1f}",
        f"{load.per_second:,.0f}",
        f"{row.journal.cpu_milliseconds:.1f}",
        f"{row.journal.memory_megabytes:.0f}",
        f"{row.floor.load.per_second:,.0f}" if row.floor else "",
        f"{row.floor.cpu_milliseconds:.1f}" if row.floor else "",
        f"{row.share:.2f}" if row.share else "",
    ]
    return f"| {' | '.join(figures)} |"


def measure_call(
    server: Server, call: Call, headers: tuple[dict[str, str], ...], seconds: float
) -> Cost:
    """Ask a server for a call and return what it took."""
    chosen = [_choose_headers(call, one) for one in headers]
    for connections in (1, CONNECTIONS):  # templates are compiled when they are first used
        while not send_requests(
            server.port, call, chosen, seconds=1, connections=connections
        ).requests:
            pass
    before = server.measure_cpu()
    load = send_requests(server.port, call, chosen, seconds=seconds, connections=CONNECTIONS)
    cpu = server.measure_cpu() - before
    return Cost(load, 1000 * cpu / load.requests, server.measure_memory())


def describe_machine() -> str:
    """Return the processor, its cores and the versions."""
    model = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.partition(":")[2].strip()
                break
    except OSError:
        pass
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
    )


if __name__ == "__main__":
    main()
