"""Work in a process of its own: it gives what it finds, and takes nobody down."""

import os
import sys
import time

import pytest

from leaderjournal.kernel.isolated_process import LimitExceeded, run_isolated
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.full_export import read_full_export

on_linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps to the limit")


def test_result_of_the_other_process_is_returned():
    assert run_isolated(sorted, [3, 1, 2], megabytes=100) == [1, 2, 3]
    assert run_isolated(os.getpid, megabytes=100) != os.getpid()


def test_exception_of_the_other_process_is_raised():
    with pytest.raises(UnreadableJournal):
        run_isolated(read_full_export, b"{", megabytes=100)


@on_linux
def test_memory_limit_is_enforced():
    assert len(run_isolated(bytes, 10_000_000, megabytes=100)) == 10_000_000
    with pytest.raises(LimitExceeded):
        run_isolated(bytes, 1_000_000_000, megabytes=100)


def test_time_limit_is_enforced():
    with pytest.raises(LimitExceeded):
        run_isolated(time.sleep, 600, megabytes=100, seconds=1)


def test_killed_process_raises_limit_exceeded():
    with pytest.raises(LimitExceeded):
        run_isolated(os.abort, megabytes=100)
