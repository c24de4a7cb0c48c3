"""The web process as the Procfile starts it, but for passwords: hashed at Argon2's least cost.

Browser tests register a leader each, and a hash takes as long as the rest of that.
"""

import sys

from argon2 import PasswordHasher

from leaderjournal.accounts.passwords import hashing
from leaderjournal.web.__main__ import main

hashing._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

if __name__ == "__main__":
    sys.exit(main())
