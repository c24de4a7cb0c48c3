"""What Lighthouse says of five pages on a phone: the median of five runs of each.

    .venv/bin/python bench/lighthouse.py [--runs 5] [--pages today,month,…] [--json FILE]

The pages are those of the demo account, with a year of reflections, and as a first visit: nothing
is cached. Needs Node 18 and a Chromium (CHROME_PATH, or the one of the tests). Lighthouse comes
from npm in the version below, into a folder beside the temporary files, and not into the project.
Run it on a quiet machine: blocking time is measured on the machine's own clock. What is slow is
named under each page, with the element whose paint is the largest.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from servers import create_database, load_settings, run_server
from table import describe_machine

from leaderjournal import create_app
from leaderjournal.demo import EMAIL, PASSWORD, create_demo
from leaderjournal.kernel import clock

LIGHTHOUSE = "lighthouse@12.8.2"
PAGES = {
    "today": "/",
    "month": "/month/{month}",
    "search": "/search?q=deal",
    "people": "/people",
    "settings": "/settings",
}
"""Addresses that lead nowhere else: the session's cookie is not sent along to a second one."""
FIGURES = {
    "LCP ms": "largest-contentful-paint",
    "blocking ms": "total-blocking-time",
    "FCP ms": "first-contentful-paint",
    "shift": "cumulative-layout-shift",
    "kB": "total-byte-weight",
}
CAUSES = (
    "render-blocking-resources",
    "unused-javascript",
    "unused-css-rules",
    "bootup-time",
    "long-tasks",
    "layout-shifts",
    "dom-size",
)


def main() -> int:
    """Print a line for each page, and write all figures to a file if one is named."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--pages", default=",".join(PAGES))
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    command = install_lighthouse()
    print(describe_machine())
    found = {}
    now = clock.now()
    with create_database("sqlite") as environment:
        app = create_app(load_settings(environment))
        with app.app_context():
            create_demo(now=now)
        with run_server("journal", environment) as server:
            address = f"http://127.0.0.1:{server.port}"
            cookie = sign_in(address)
            for name in chosen.pages.split(","):
                page = address + PAGES[name].format(month=f"{now:%Y-%m}")
                reports = [run_lighthouse(command, page, cookie) for _ in range(chosen.runs)]
                found[name] = summarize(reports)
                print_page(name, found[name])
    if chosen.json:
        chosen.json.write_text(json.dumps(found, indent=2))
    return 0


def install_lighthouse() -> Path:
    """Install Lighthouse, if it is not there, and return its command. Exits without npm."""
    folder = Path(tempfile.gettempdir()) / LIGHTHOUSE.replace("@", "-")
    command = folder / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        npm = shutil.which("npm") or sys.exit("npm is needed: it comes with Node.")
        subprocess.run(
            [npm, "install", "--prefix", str(folder), "--no-fund", "--no-audit", LIGHTHOUSE],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    return command


def sign_in(address: str) -> str:
    """Return the session's cookie of the demo account."""
    jar = CookieJar()
    browser = build_opener(HTTPCookieProcessor(jar))
    form = browser.open(f"{address}/login").read().decode()
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form)
    assert token
    fields = {"email": EMAIL, "password": PASSWORD, "csrf_token": token[1]}
    browser.open(f"{address}/login", urlencode(fields).encode())
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def run_lighthouse(command: Path, address: str, cookie: str) -> dict[str, Any]:
    """Return Lighthouse's report of one load. Raises CalledProcessError if it could not be made."""
    chromium = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    run = subprocess.run(
        [
            command,
            address,
            "--quiet",
            "--only-categories=performance",
            "--output=json",
            "--chrome-flags=--headless=new --no-sandbox",
            f"--extra-headers={json.dumps({'Cookie': cookie})}",
        ],
        check=True,
        stdout=subprocess.PIPE,
        env=os.environ | ({"CHROME_PATH": chromium} if chromium else {}),
    )
    report: dict[str, Any] = json.loads(run.stdout)
    assert "/login" not in report["finalDisplayedUrl"]
    return report


def summarize(reports: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the medians of some reports of a page, and what the last one names as causes."""
    audits = [report["audits"] for report in reports]
    figures = {
        label: statistics.median(one[audit]["numericValue"] for one in audits)
        for label, audit in FIGURES.items()
    }
    figures["kB"] /= 1000
    figures["requests"] = statistics.median(
        len(one["network-requests"]["details"]["items"]) for one in audits
    )
    score = statistics.median(report["categories"]["performance"]["score"] for report in reports)
    return {
        "score": round(100 * score),
        **figures,
        "largest paint": find_largest_paint(audits[-1]),
        "causes": {
            name: audits[-1][name]["displayValue"]
            for name in CAUSES
            if audits[-1].get(name, {}).get("displayValue")
        },
    }


def find_largest_paint(audits: dict[str, Any]) -> str:
    """Return the element whose paint is the largest, as HTML."""
    details = audits.get("largest-contentful-paint-element", {}).get("details", {})
    nodes = [
        row["node"]["snippet"]
        for table in details.get("items", [])
        for row in table.get("items", [])
        if "node" in row
    ]
    return nodes[0] if nodes else ""


def print_page(name: str, page: dict[str, Any]) -> None:
    """Print the figures of a page, and under them what Lighthouse names."""
    figures = ", ".join(
        f"{label} {page[label]:.{2 if label == 'shift' else 0}f}"
        for label in (*FIGURES, "requests")
    )
    print(f"{name:10} {page['score']:3}   {figures}")
    print(f"           largest paint: {page['largest paint']}")
    for cause, said in page["causes"].items():
        print(f"           {cause}: {said}")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
