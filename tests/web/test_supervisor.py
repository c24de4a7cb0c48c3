"""What the supervisor does with processes that end, shown with real ones."""

import signal
import subprocess
import sys
from functools import partial

from leaderjournal.web import supervisor as rules
from leaderjournal.web.supervisor import CONFIGURATION, STARTS, Program, Supervisor


def start(code):
    return subprocess.Popen([sys.executable, "-c", code])


def supervised(said, **programs):
    return Supervisor(
        [Program(name, partial(start, code)) for name, code in programs.items()], said.append
    )


def test_ended_process_is_restarted_without_the_other(monkeypatch):
    monkeypatch.setattr(rules, "FIRST_PAUSE", 0.01)
    said = []
    keeper = supervised(said, weak="import time; time.sleep(0.2)", strong="input()")
    keeper.programs[1].start = lambda: subprocess.Popen(
        [sys.executable, "-c", "import time; time.sleep(600)"]
    )

    def stop_after_three():
        if sum(line.startswith("weak started") for line in said) == 3:
            keeper.stop(7)

    assert keeper.run(stop_after_three) == 7
    assert sum(line.startswith("strong started") for line in said) == 1
    assert "weak ended (status 0)" in " ".join(said)


def test_process_that_never_starts_is_given_up(monkeypatch):
    monkeypatch.setattr(rules, "FIRST_PAUSE", 0.01)
    said = []
    assert supervised(said, weak="raise SystemExit(3)").run() == 3
    assert sum(line.startswith("weak started") for line in said) == STARTS
    assert said[-1] == f"weak ended {STARTS} times as it started; above it says why"


def test_process_killed_at_its_start_is_not_given_up(monkeypatch):
    monkeypatch.setattr(rules, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(rules, "LONGEST_PAUSE", 0.02)
    said = []
    keeper = supervised(said, unlucky="import time; time.sleep(600)")
    starts = 0

    def kill_often():
        nonlocal starts
        starts = sum(line.startswith("unlucky started") for line in said)
        if starts > STARTS + 1:
            keeper.stop(7)
        elif keeper.programs[0].process is not None:
            keeper.programs[0].process.kill()

    assert keeper.run(kill_often) == 7
    assert starts > STARTS + 1


def test_process_that_once_ran_is_not_given_up(monkeypatch):
    monkeypatch.setattr(rules, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(rules, "STARTED", 0.0)
    said = []
    keeper = supervised(said, weak="import time; time.sleep(0.5)")

    def stop_later():
        if sum(line.startswith("weak started") for line in said) > STARTS:
            keeper.stop()

    assert keeper.run(stop_later) == 0


def test_process_with_wrong_settings_stops_all():
    said = []
    code = f"raise SystemExit({CONFIGURATION})"
    assert supervised(said, wrong=code, other="import time; time.sleep(600)").run() == 78
    assert "wrong cannot start with these settings" in said


def test_process_that_does_not_stop_is_killed(monkeypatch):
    monkeypatch.setattr(rules, "KILLED_AFTER", 0.2)
    said = []
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
    keeper = supervised(said, deaf=deaf)
    process = None

    def stop():
        nonlocal process
        process = keeper.programs[0].process or process
        keeper.stop()

    assert keeper.run(stop) == 0
    assert process.returncode in (-signal.SIGKILL, -signal.SIGTERM)
