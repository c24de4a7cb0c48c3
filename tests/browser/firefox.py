"""Firefox, driven over WebDriver BiDi (https://w3c.github.io/webdriver-bidi/).

Playwright drives only a Firefox of its own making; the one that Debian packages speaks BiDi itself.
"""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import websocket

PREFERENCES = """
user_pref("app.normandy.enabled", false);
user_pref("app.update.enabled", false);
user_pref("browser.region.network.url", "");
user_pref("browser.safebrowsing.malware.enabled", false);
user_pref("browser.safebrowsing.phishing.enabled", false);
user_pref("browser.search.update", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("dom.push.connection.enabled", false);
user_pref("extensions.update.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("services.settings.server", "data:,");
user_pref("toolkit.telemetry.enabled", false);
"""


class Firefox:
    """One Firefox without a screen, whose profile outlives it where it is started again."""

    def __init__(self, executable: str, profile: Path) -> None:
        if not profile.exists():
            profile.mkdir(parents=True)
            (profile / "user.js").write_text(PREFERENCES)
        command = [executable, "--headless", "--no-remote", "--profile", str(profile)]
        self._log = profile / "stderr.log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [*command, "--remote-debugging-port", "0"], stderr=log, stdout=subprocess.DEVNULL
            )
        self._socket = websocket.create_connection(
            f"{self._address()}/session", timeout=60, suppress_origin=True
        )
        self._asked = 0
        self._ask("session.new", capabilities={})
        self._tab = self._ask("browsingContext.getTree")["contexts"][0]["context"]

    def _address(self) -> str:
        for _ in range(600):
            found = re.search(r"WebDriver BiDi listening on (ws://\S+)", self._log.read_text())
            if found:
                return found[1]
            assert self._process.poll() is None, self._log.read_text()
            time.sleep(0.1)
        raise AssertionError("Firefox does not start")

    def _ask(self, method: str, **params: Any) -> Any:
        self._asked += 1
        self._socket.send(json.dumps({"id": self._asked, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv())
            if answer.get("id") == self._asked:
                assert answer["type"] == "success", answer
                return answer["result"]

    def goto(self, address: str) -> None:
        """Open a page and wait until it is loaded; a page that cannot be had raises."""
        self._ask("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def run(self, function: str, *arguments: str) -> Any:
        """Return what a function of JavaScript says of this page, once its promise is kept."""
        result = self._ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": argument} for argument in arguments],
            target={"context": self._tab},
            awaitPromise=True,
        )
        assert result["type"] == "success", result["exceptionDetails"]["text"]
        return result["result"].get("value")

    def tries(self, function: str, *arguments: str) -> Any:
        """As `run`; None where the page gives way to another meanwhile or throws."""
        try:
            return self.run(function, *arguments)
        except AssertionError:
            return None

    def back(self) -> None:
        """Press the back button."""
        self._ask("browsingContext.traverseHistory", context=self._tab, delta=-1)

    def type(self, selector: str, text: str) -> None:
        """Type into a field, one key after the other."""
        self.run("(selector) => document.querySelector(selector).focus()", selector)
        keys = [
            {"type": kind, "value": character}
            for character in text
            for kind in ("keyDown", "keyUp")
        ]
        self._ask(
            "input.performActions",
            context=self._tab,
            actions=[{"type": "key", "id": "keyboard", "actions": keys}],
        )

    def close(self) -> None:
        """Close it as a leader does; one that is closed already stays so."""
        if self._process.poll() is None:
            self._ask("browser.close")
            self._process.wait(30)
            self._socket.shutdown()

    def kill(self) -> None:
        """End it as an empty battery does."""
        self._process.kill()
        self._process.wait()
        self._socket.shutdown()
