"""Two thousand leaders at once, for ten minutes, with the server's two processes on PostgreSQL.

    make crowd ARGS="[--leaders 2000] [--minutes 10] [--days 30] [--pause 60] [--json FILE]"

locust plays the leaders of `locustfile.py` on the same machine; it takes some of its processors.
Twice, at a third and at two thirds of the time, every device sends at once what was written
offline. Exits with 1 if a request fails, if one in a hundred takes longer than 300 ms, or if the
server's memory grows in the second half.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from journals import create_leader
from servers import Server, build_headers, create_database, load_settings, run_server
from table import describe_machine

from leaderjournal import create_app
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import DAY_STARTS_AT, Instant, get_local_day

LOCUST = "locust==2.47.0"
MAX_P99 = 300.0
"""Milliseconds."""
MAX_GROWTH = 1.1
MEASURED_EVERY = 5.0
"""Seconds."""


def main() -> int:
    """Run the crowd; print what locust measured and return the exit status."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leaders", type=int, default=2000)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--pause", type=float, default=60, help="seconds between visits")
    parser.add_argument("--database", default="postgresql")
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    now = Instant(datetime.now(UTC))
    seconds = 60 * chosen.minutes
    print(describe_machine())
    with create_database(chosen.database) as environment, tempfile.TemporaryDirectory() as folder:
        print(f"Writing {chosen.leaders:,} journals of {chosen.days} days.", flush=True)
        with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as processes:
            half = chosen.leaders // 2
            parts = [half, chosen.leaders - half]
            made = list(
                processes.map(
                    write_journals,
                    [environment] * 2,
                    ["early-", "late-"],
                    parts,
                    [chosen.days] * 2,
                    [now] * 2,
                )
            )
        crowd = Path(folder) / "crowd.json"
        crowd.write_text(
            json.dumps(
                {
                    "headers": [headers for part in made for headers in part],
                    "today": str(get_local_day(now, "Europe/Berlin", DAY_STARTS_AT)),
                    "bursts": [seconds / 3, 2 * seconds / 3],
                    "pause": chosen.pause,
                }
            )
        )
        with run_server("journal", environment) as server:
            memory = MemoryWatch(server)
            rows = run_locust(server.port, crowd, chosen.leaders, seconds, Path(folder))
            growth = memory.stop()
    total = next(row for row in rows if row["Name"] == "Aggregated")
    print(f"{'request':16} {'number':>8} {'failed':>7} {'p50':>6} {'p99':>6} {'worst':>7}")
    for row in rows:
        print(
            f"{row['Name']:16} {row['Request Count']:>8} {row['Failure Count']:>7}"
            f" {row['50%']:>6} {row['99%']:>6} {float(row['Max Response Time']):>7.0f}"
        )
    print(f"{float(total['Requests/s']):.0f} requests a second; memory grew by {growth - 1:.1%}")
    if chosen.json:
        chosen.json.write_text(json.dumps({"rows": rows, "growth": growth}, indent=1))
    failed = int(total["Failure Count"]) > 0
    return int(failed or float(total["99%"]) > MAX_P99 or growth > MAX_GROWTH)


def write_journals(
    environment: dict[str, str], name: str, number: int, days: int, now: Instant
) -> list[dict[str, str]]:
    """Create leaders and return the headers by which a client acts for each."""
    app = create_app(load_settings(environment))
    with app.app_context():
        made = [create_leader(f"{name}{which}", days, now=now) for which in range(number)]
        db.engine.dispose()
    return [build_headers(app, one) for one in made]


def run_locust(
    port: int, crowd: Path, leaders: int, seconds: float, folder: Path
) -> list[dict[str, str]]:
    """Play the leaders; return locust's figures by request."""
    subprocess.run(
        [
            *(sys.executable, "-m", "uv", "tool", "run", "--quiet", "--from", LOCUST, "locust"),
            *("--headless", "--locustfile", str(ROOT / "bench" / "locustfile.py")),
            *("--host", f"http://127.0.0.1:{port}", "--users", str(leaders)),
            *("--spawn-rate", str(max(1, leaders // 30)), "--run-time", f"{seconds:.0f}s"),
            *("--csv", str(folder / "crowd"), "--only-summary", "--exit-code-on-error", "0"),
        ],
        env={**os.environ, "CROWD": str(crowd)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    with (folder / "crowd_stats.csv").open(newline="") as file:
        return list(csv.DictReader(file))


class MemoryWatch:
    """Measures a server's memory while something else goes on."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._measured: list[float] = []
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)
        self._thread.start()

    def _measure(self) -> None:
        while not self._ended.wait(MEASURED_EVERY):
            self._measured.append(self._server.measure_memory())

    def stop(self) -> float:
        """Return the ratio of the memory of the last tenth to that of the middle."""
        self._ended.set()
        self._thread.join()
        tenth = max(1, len(self._measured) // 10)
        middle = len(self._measured) // 2
        return max(self._measured[-tenth:]) / max(self._measured[middle - tenth : middle])


if __name__ == "__main__":
    sys.exit(main())
