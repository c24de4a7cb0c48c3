"""Writing that is never lost, in Firefox: another engine, and one without Background Sync."""

import json
import os
import secrets
import shutil
import time
from collections.abc import Iterator

import pytest
from browser.conftest import PATIENCE
from browser.faulty_proxy import FaultyProxy
from browser.firefox import Firefox
from browser.test_journey import PASSWORD
from browser.test_offline import ON_DEVICE
from browser.waiting import READY

FIREFOX = os.environ.get("FIREFOX") or shutil.which("firefox-esr") or shutil.which("firefox")
TYPED = "(selector) => document.querySelector(selector).value"
SAID = "() => document.querySelector('#save-status').textContent.trim()"
STORED = """async () => {
  const answer = await fetch("/api/v1/reflections?limit=1");
  return answer.ok ? JSON.stringify(await answer.json()) : "";
}"""

pytestmark = pytest.mark.skipif(not FIREFOX, reason="There is no Firefox, and none to install.")


@pytest.fixture
def proxy(server_alone) -> Iterator[FaultyProxy]:
    standing = FaultyProxy(server_alone.address)
    yield standing
    standing.close()


@pytest.fixture
def start(tmp_path):
    """Start the browser; ended and started again, it is the same one."""
    started: list[Firefox] = []

    def start_firefox() -> Firefox:
        started.append(Firefox(FIREFOX, tmp_path / "firefox"))
        return started[-1]

    yield start_firefox
    for firefox in started:
        firefox.kill()


def wait_until(firefox: Firefox, function: str, *arguments: str) -> None:
    """Wait until a page says so; while one page gives way to another, it says nothing."""
    gives_up_at = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < gives_up_at:
        if firefox.tries(function, *arguments):
            return
        time.sleep(0.05)
    raise AssertionError(f"{function} {arguments}")


def says(firefox: Firefox, said: str) -> None:
    whole = f"(said) => ({SAID})() === said || (said !== 'Saved' && ({SAID})().includes(said))"
    wait_until(firefox, whole, said)


def register(firefox: Firefox, proxy: FaultyProxy) -> str:
    email = f"ann-{secrets.token_hex(6)}@example.com"
    firefox.goto(f"{proxy.address}/register")
    for field, value in (("name", "Ann"), ("email", email), ("password", PASSWORD)):
        firefox.type(f"[name={field}]", value)
    firefox.run("() => { document.querySelector('main form').requestSubmit(); }")
    wait_until(
        firefox, "() => location.pathname === '/' && Boolean(document.querySelector('#day'))"
    )
    wait_until(firefox, "() => Boolean(self.openLocalJournal)")
    wait_until(firefox, READY)
    return email


def test_words_wait_while_the_connection_is_cut_and_arrive_by_themselves(start, proxy):
    firefox = start()
    register(firefox, proxy)
    proxy.cut()
    firefox.type("[name=text-let-go]", "Stepped aside.")
    says(firefox, "Saved on this computer")
    proxy.fault = None
    says(firefox, "Saved")
    assert "Stepped aside." in firefox.run(STORED)


def test_what_is_written_on_a_cold_start_without_a_connection_arrives_after_another(start, proxy):
    firefox = start()
    email = register(firefox, proxy)
    firefox.close()

    proxy.fault = "cut"
    firefox = start()
    firefox.goto(f"{proxy.address}/")
    wait_until(firefox, "() => !document.querySelector('#day').hidden")
    firefox.type("[name=note]", "Basement garage.")
    says(firefox, "Saved on this computer")
    firefox.kill()

    proxy.fault = None
    firefox = start()
    firefox.goto(f"{proxy.address}/login")
    wait_until(
        firefox, "() => location.pathname === '/' || !document.querySelector('#unsent').hidden"
    )
    if firefox.run("() => location.pathname") == "/login":
        firefox.type("[name=email]", email)
        firefox.type("[name=password]", PASSWORD)
        firefox.run("() => { document.querySelector('main form').requestSubmit(); }")
        wait_until(firefox, "() => location.pathname === '/'")
    says(firefox, "Saved")
    assert firefox.run(TYPED, "[name=note]") == "Basement garage."
    assert "Basement garage." in firefox.run(STORED)


def test_after_signing_out_nothing_of_the_account_is_on_the_device(start, proxy):
    firefox = start()
    email = register(firefox, proxy)
    firefox.type("[name=note]", "About Ben.")
    says(firefox, "Saved")
    firefox.goto(f"{proxy.address}/settings")
    firefox.run("() => { document.querySelector('form[action=\"/logout\"]').requestSubmit(); }")
    wait_until(firefox, "() => location.pathname === '/login'")
    found = json.loads(firefox.run(f"async () => JSON.stringify(await ({ON_DEVICE})())"))
    assert (found["indexed"], found["stored"], found["session"]) == ({}, {}, {})
    for private in (email, "Ann", "Ben"):
        assert private not in json.dumps(found), private
    firefox.back()
    wait_until(firefox, "() => Boolean(document.querySelector('[name=email]'))")
    assert "Ben" not in firefox.run("() => document.documentElement.outerHTML")
