"""What a leader does in an evening, for locust: `crowd.py` starts it.

A visit opens today's page and saves what is typed at each pause; some look at the month, search, or
log a win. At each burst every device sends at once what was written without a connection.
"""

import itertools
import json
import os
import random
import time
from datetime import date
from pathlib import Path

from gevent import sleep
from locust import FastHttpUser, constant, task

CROWD = json.loads(Path(os.environ["CROWD"]).read_text())
TODAY = CROWD["today"]
MONTH = f"{date.fromisoformat(TODAY):%Y-%m}"
BEGAN = time.monotonic()
BURST_SPREAD = 60
"""Seconds within which all devices find their connection again."""
KEYS = ("lead-from-front", "protect-and-serve", "let-go")
SENTENCES = (
    "I went first and it was seen. Somebody was worn out, so I took the call myself."
    " It went well without me, and I said so before the others. Tomorrow I ask before I answer."
)
WORDS = SENTENCES.split()
_headers = itertools.cycle(CROWD["headers"])


class Leader(FastHttpUser):
    """A leader with a phone."""

    wait_time = constant(0)

    def on_start(self) -> None:
        """Take the next leader's session and token."""
        given = next(_headers)
        same = {name: given[name] for name in ("Host", "Content-Type")}
        self.page_headers = {**same, "Cookie": given["Cookie"]}
        self.api_headers = {**same, "Authorization": given["Authorization"]}
        self.bursts = list(CROWD["bursts"])
        sleep(random.uniform(0, CROWD["pause"]))

    @task
    def visit(self) -> None:
        """Write today's entry, then rest."""
        self.open_page("/", "today")
        for typed in range(1, 7):
            sleep(random.uniform(4, 10))
            self.save(TODAY, typed)
        chance = random.random()
        if chance < 0.3:
            self.open_page(f"/month/{MONTH}", "month")
        elif chance < 0.5:
            self.open_page("/search?q=worn", "search")
        elif chance < 0.8:
            self.log_win()
        until = time.monotonic() + random.uniform(0.5, 1.5) * CROWD["pause"]
        while time.monotonic() < until:
            sleep(1)
            if self.bursts and time.monotonic() - BEGAN > self.bursts[0]:
                self.bursts.pop(0)
                sleep(random.uniform(0, BURST_SPREAD))
                self.synchronize()

    def open_page(self, path: str, name: str) -> None:
        """Open a page."""
        self.client.get(path, headers=self.page_headers, name=f"{name}, page")

    def save(self, day: str, typed: int) -> None:
        """Save a day as its page does at each pause."""
        answers = [
            {
                "key": key,
                "score": 4,
                "text": " ".join(random.choices(WORDS, k=12 * typed)),
            }
            for key in KEYS[: 1 + typed // 2]
        ]
        self.client.post(
            f"/api/v1/reflections/{day}/merge",
            json={"answers": answers, "was": None},
            headers=self.api_headers,
            name="save",
        )

    def log_win(self) -> None:
        """Open the team's page and log a win."""
        self.open_page("/people", "people")
        self.client.post(
            "/api/v1/wins",
            json={"text": "We won the renewal.", "local_date": TODAY},
            headers=self.api_headers,
            name="log a win",
        )

    def synchronize(self) -> None:
        """Send what was written offline, and fetch the questions of the days to come."""
        for typed in (2, 4):
            self.save(TODAY, typed)
        self.client.get("/api/v1/prompts/ahead", headers=self.api_headers, name="days ahead")
        self.client.get("/api/v1/streak", headers=self.api_headers, name="streak")
