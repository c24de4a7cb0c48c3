"""Processes that die under `make run` are started again, and no acknowledged write is lost."""

import http.client
import signal
import socket
import subprocess
import sys
import threading
import urllib.error

import pytest
from system.running import ROOT, Running, wait_for

from leaderjournal.web.supervisor import CONFIGURATION, LONGEST_PAUSE, STARTS, get_pause


class Writer(threading.Thread):
    """A leader who writes one question after the other, and remembers what was acknowledged."""

    def __init__(self, running, token):
        super().__init__(daemon=True)
        self.running, self.token = running, token
        self.acknowledged, self.refused, self.stopped = [], [], threading.Event()

    def run(self):
        number = 0
        while not self.stopped.wait(0.05):
            number += 1
            question = {"key": "let-go", "text": f"Who decided, time {number}?"}
            try:
                status, kept = self.running.call("POST", "/questions", question, self.token)
            except urllib.error.HTTPError as error:
                self.refused.append(error.read())
            except (OSError, http.client.HTTPException):
                continue  # the process that had it is gone, or nobody listens
            else:
                assert status == 201
                self.acknowledged.append(kept["id"])


def kill(process):
    process.send_signal(signal.SIGKILL)


def test_the_page_is_back_and_every_acknowledged_write_is_there(tmp_path, record_property):
    with Running(tmp_path) as running:
        writer = Writer(running, running.a_token())
        writer.start()
        wait_for(lambda: len(writer.acknowledged) > 3, "it writes")
        worker = running.worker()
        kill(worker)
        for death in range(3):
            wait_for(lambda: len(running.web_processes()) == 2, "both web processes run")
            before = len(writer.acknowledged)
            for process in running.web_processes()[: 1 if death < 2 else 2]:
                kill(process)
            seconds = wait_for(lambda: running.get("/login", 5) == 200, "the page is back")
            record_property("seconds_until_the_page_is_back", seconds)
            print(f"The page was back after {seconds:.2f} s.")  # noqa: T201 - it is to be reported
            wait_for(lambda n=before: len(writer.acknowledged) > n, "it writes again")
        wait_for(lambda: running.worker().pid != worker.pid, "another worker works")
        writer.stopped.set()
        writer.join()
        _, kept = running.call("GET", "/questions", token=writer.token)
        assert set(writer.acknowledged) <= {question["id"] for question in kept["items"]}
        assert writer.refused == []
        assert "worker ended (signal 9)" in running.said()
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) == 128 + signal.SIGINT
        assert running.processes() == []


def test_the_process_that_keeps_the_web_processes_is_started_again_too(tmp_path):
    with Running(tmp_path) as running:
        [first] = {process.parent() for process in running.web_processes()}
        kept = running.worker().pid
        kill(first)
        wait_for(
            lambda: running.said().count("web process 1 started") == 2,
            "there are new web processes",
        )
        wait_for(lambda: running.get("/readyz", 5) == 200, "it answers")
        assert running.worker().pid == kept  # the others were left alone


@pytest.mark.parametrize("wrong", [{"SECRET_KEY": "short"}, {"WEB_THREADS": "none"}])
def test_a_start_with_a_wrong_setting_ends_at_once_and_names_it(tmp_path, wrong):
    running = Running(tmp_path)
    running.environment |= wrong
    ended = subprocess.run(
        [sys.executable, ".ci/serve.py"],
        cwd=ROOT,
        env=running.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == CONFIGURATION
    assert next(iter(wrong)) in ended.stdout
    assert "Traceback" not in ended.stdout.partition("worker |")[0]


def test_a_port_that_is_taken_is_said_to_be(tmp_path):
    running = Running(tmp_path)
    with socket.create_server(("127.0.0.1", running.port)):
        ended = subprocess.run(
            [sys.executable, "-m", "leaderjournal.web"],
            cwd=ROOT,
            env=running.environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert ended.returncode == CONFIGURATION
    assert f"PORT {running.port}" in ended.stderr


def test_pauses_grow_to_a_limit():
    pauses = [get_pause(deaths) for deaths in range(1, 100)]
    assert pauses == sorted(pauses)
    assert sum(pauses[: STARTS - 1]) < 10
    assert (pauses[0], pauses[-1]) == (0.5, LONGEST_PAUSE)
