"""What it costs that an answered save is on the disk: days saved over the API, one after another
and many at once, with SQLite syncing at each commit (FULL) and only at checkpoints (NORMAL).

    PYTHONPATH=tests python bench/saves.py [folder]
"""

import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import sqlalchemy as sa
from factories import create_leader

from leaderjournal import create_app
from leaderjournal.kernel.database import db
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

SAVES = 400
WRITERS = 8


def main() -> int:
    """Print a line for each way of syncing, alone and many at once."""
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as folder:
        chosen = Settings.from_environment(create_secrets(), Path(folder))
        upgrade(chosen.database_url)
        app = create_app(replace(chosen, public_url="http://localhost"))
        leaders = [create_leader(app.test_client()) for _ in range(WRITERS)]
        day = leaders[0].today()
        with app.app_context():
            engine = db.engine
        for synchronous in ("NORMAL", "FULL", "NORMAL", "FULL"):
            engine.dispose()

            def sync(connection, _record, synchronous=synchronous):
                connection.execute(f"PRAGMA synchronous = {synchronous}")

            sa.event.listen(engine, "connect", sync)
            tell(f"{synchronous}, one writer", [save(leaders[0], day, SAVES)])
            with ThreadPoolExecutor(WRITERS) as threads:
                each = SAVES // WRITERS
                began = time.perf_counter()
                taken = list(threads.map(lambda who, each=each: save(who, day, each), leaders))
                rate = SAVES / (time.perf_counter() - began)
            tell(f"{synchronous}, {WRITERS} writers ({rate:.0f} a second)", taken)
            sa.event.remove(engine, "connect", sync)
        engine.dispose()
    return 0


def save(leader, day, times):
    """Return how many milliseconds each save took."""
    taken = []
    for number in range(times):
        began = time.perf_counter()
        leader.call("PUT", f"/reflections/{day}", {"note": f"{number} words of a day"})
        taken.append(1000 * (time.perf_counter() - began))
    return taken


def tell(name, taken):
    """Print median and 99th percentile of all that was measured."""
    hundredths = statistics.quantiles([one for some in taken for one in some], n=100)
    print(f"{name}: p50 {hundredths[49]:.1f} ms, p99 {hundredths[98]:.1f} ms", flush=True)


if __name__ == "__main__":
    sys.exit(main())
