"""Two devices, one day, and a network that drops, delays, doubles and reorders."""

import os
import secrets
from datetime import date, timedelta
from pathlib import Path

from browser.conftest import ON_BOTH_DATABASES
from browser.test_journey import register

SIMULATION = (Path(__file__).parent / "two_devices.js").read_text()
RUNS = int(os.environ.get("TWO_DEVICES_RUNS", "260"))  # on each of the two databases
BATCH = 20
FIRST_DAY = date(2024, 1, 1)


@ON_BOTH_DATABASES
def test_whatever_the_network_does_every_text_is_kept_and_both_devices_agree(new_page):
    """Run again with TWO_DEVICES_SEED, as a failure prints it."""
    # The worker takes no part in calls of the API and would only pass each of them on.
    page = new_page(expects=["404", "412"], service_workers="block")
    register(page)
    page.goto("/settings")
    scripts = page.locator("script[type=module]").first.get_attribute("src")
    assets = scripts.partition("js/")[0]
    account = page.locator("meta[name=journal-account]").get_attribute("content")
    first = int(os.environ.get("TWO_DEVICES_SEED", secrets.randbelow(2**31)))
    runs = [
        {"seed": first + n, "date": str(FIRST_DAY + timedelta(days=n % 900))} for n in range(RUNS)
    ]
    print(f"seeds {first} to {first + RUNS - 1}")  # noqa: T201 - to run the same again
    for start in range(0, RUNS, BATCH):
        batch = {"assets": assets, "account": account, "runs": runs[start : start + BATCH]}
        assert page.evaluate(SIMULATION, batch) == {}
