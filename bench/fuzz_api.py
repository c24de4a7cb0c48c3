"""Send the whole API what schemathesis invents, with every check it has.

    .venv/bin/python bench/fuzz_api.py 10000

serves the application from an empty database of its own, lets one leader sign in, and runs
schemathesis over every call: each kind of boundary, random bodies, good and bad, and chains of
calls. The number is how many cases are to be sent at least. It ends with 1 where a check fails.
"""

import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from pathlib import Path

from flask import Response
from werkzeug.serving import make_server

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from factories import create_leader

from leaderjournal import create_app
from leaderjournal.kernel.first_run import create_secrets
from leaderjournal.kernel.schema import upgrade
from leaderjournal.kernel.settings import Settings

HOOKS = ROOT / "tests"
PHASES = "examples,coverage,fuzzing,stateful"


def run(folder: Path, cases: int, *, database_url: str = "", options: tuple[str, ...] = ()) -> int:
    """Fuzz the API on a database in `folder`; return schemathesis's exit code."""
    chosen = Settings.from_environment(
        create_secrets()
        | {
            "DATABASE_URL": database_url or f"sqlite:///{folder / 'journal.db'}",
            "PUBLIC_URL": "http://127.0.0.1",
            "VAPID_SUBJECT": "mailto:operator@leaderjournal.app",
        },
        folder,
    )
    upgrade(chosen.database_url)
    app = create_app(chosen)
    leader = create_leader(app.test_client(), name="Fuzzer")
    statuses: Counter[str] = Counter()

    @app.after_request
    def count(response: Response) -> Response:
        statuses[f"{response.status_code // 100}xx"] += 1
        return response

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        return subprocess.run(
            command(server.port, cases, options),
            cwd=folder,
            env=os.environ
            | {
                "SCHEMATHESIS_HOOKS": "api_fuzzing",
                "PYTHONPATH": str(HOOKS),
                "FUZZER_TOKEN": leader.token,
                "NO_COLOR": "1",
            },
            check=False,
        ).returncode
    finally:
        server.shutdown()
        server.server_close()
        print("answered:", dict(sorted(statuses.items())))


def command(port: int, cases: int, options: tuple[str, ...]) -> list[str]:
    """Return the command that fuzzes the API at a port of this machine."""
    at_most = max(1, cases // CALLS)
    return [
        str(Path(sys.executable).with_name("st")),
        f"--config-file={HOOKS / 'schemathesis.toml'}",
        "run",
        f"http://127.0.0.1:{port}/api/v1/openapi.json",
        "--checks=all",
        "--exclude-checks=positive_data_acceptance",  # `api_fuzzing` asks it, and knows the rules
        f"--phases={PHASES}",
        f"--max-examples={at_most}",
        "--continue-on-failure",
        "--request-timeout=60",
        "--suppress-health-check=all",
        "--warnings=off",
        *options,
    ]


CALLS = 85
"""About as many calls as the API has."""


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as made:
        sys.exit(run(Path(made), number, options=tuple(sys.argv[2:])))
