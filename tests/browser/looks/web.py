"""The web process with the clock of `journal.py`, and passwords hashed at the least cost."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2]))

from argon2 import PasswordHasher
from browser.looks.frozen_time import NOW

from leaderjournal.accounts.passwords import hashing
from leaderjournal.kernel import clock
from leaderjournal.web.__main__ import main

hashing._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
clock.now = lambda: NOW

if __name__ == "__main__":
    sys.exit(main())
