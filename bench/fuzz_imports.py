"""Read mutated journals of every format: each reading ends in days or in a refusal, and in time.

    .venv/bin/python bench/fuzz_imports.py --seconds 600 [--kinds day-one,daylio] [--seed 1]

Two formats are tried at once. What raises anything but UnreadableJournal is kept in the folder that
is printed, and the command ends with 1. It prints for each format how many files were read and
refused, the processor time of the slowest reading, and the most memory of its process.
"""

import argparse
import base64
import io
import json
import random
import resource
import sys
import tempfile
import warnings
import zipfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from time import monotonic, process_time
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from leaderjournal.kernel.days import LocalDate
from leaderjournal.portability.imports.archives import UnreadableJournal
from leaderjournal.portability.imports.reader import FileReader
from leaderjournal.portability.imports.registry import find_format, list_formats
from leaderjournal.portability.imports.uploads import Upload

SAMPLES = ROOT / "tests/portability/imports/samples"
TODAY = LocalDate(date(2026, 11, 30))
WORDS = "I let Jonas decide. 王小明 said so; Zoë’s team, too."
ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 5, 1e308, -(10**17), 10**400, "", [], {}, [[]], {"a": []}),
    *("\0", "\ufffc", "<b", "<p>" * 3_000, "x" * 30_000, "9" * 400, "2026-03-02", ["a"] * 500),
)
PIECES = (b'"', b"\0", b"\r", b"\xff", b"{", b"]", b",", b";", b"---\n", b"\xef\xbb\xbf", b"")

Members = list[tuple[str, bytes]]


def create_zip(members: Members) -> bytes:
    """Return a zip of named contents."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def to_json(value: Any) -> bytes:
    """Return a value as JSON."""
    return json.dumps(value, ensure_ascii=True).encode()


def create_seeds() -> list[tuple[str, bytes]]:
    """Return files of formats of which there are no samples, as their apps write them."""
    journiv = {
        "export_version": "1.4",
        "journals": [
            {
                "title": "Work",
                "entries": [
                    {"id": "a", "content": WORDS, "entry_date": "2026-03-02", "media": [{}]},
                    {"id": "b", "content_delta": {"ops": [{"insert": WORDS}]}, "title": "T"},
                ],
                "moments": [{"id": "c", "logged_date": "2026-03-03", "note": WORDS}],
            }
        ],
    }
    jrnl = {
        "tags": {"@work": 1},
        "entries": [
            {
                "title": "T.",
                "body": WORDS,
                "date": "2026-03-02",
                "time": "09:30",
                "tags": ["@work"],
                "starred": True,
            }
        ],
    }
    roam = [
        {
            "title": "March 2nd, 2026",
            "uid": "03-02-2026",
            "children": [{"string": WORDS, "uid": "x", "children": [{"string": "[[a]] ((x))"}]}],
        }
    ]
    daylio = {
        "dayEntries": [
            {
                "id": 1,
                "year": 2026,
                "month": 2,
                "day": 2,
                "hour": 20,
                "minute": 20,
                "mood": 2,
                "note": WORDS,
                "tags": [1],
                "assets": [1],
            }
        ],
        "customMoods": [{"id": 2, "custom_name": "good", "mood_group_id": 2}],
        "tags": [{"id": 1, "name": "work"}],
        "assets": [{"id": 1, "type": 1}],
    }
    apple = (
        "<html><head></head><body><div class='pageHeader'>Monday, 2 March 2026</div>"
        f"<div class='title'>T</div><div class='bodyText'><p>{WORDS}</p></div></body></html>"
    )
    dailytxt = {"days": [{"day": 2, "text": WORDS, "tags": [1]}], "year": 2026}
    return [
        ("journiv.zip", create_zip([("data.json", to_json(journiv))])),
        ("journal.json", to_json(jrnl)),
        (
            "journal.txt",
            f"[2026-03-02 09:30] T. @work\n{WORDS}\n\n[2026-03-03 10:00] U.\n".encode(),
        ),
        ("roam.json", to_json(roam)),
        ("a.daylio", create_zip([("backup.daylio", base64.b64encode(to_json(daylio)))])),
        ("apple.zip", create_zip([("Entries/2026-03-02_T.html", apple.encode())])),
        ("dailytxt.zip", create_zip([("2026/03.json", to_json(dailytxt)), ("tags.json", b"{}")])),
        *((path.name, path.read_bytes()) for path in sorted(SAMPLES.iterdir())),
    ]


def group_seeds() -> dict[str, list[tuple[str, bytes]]]:
    """Return the seeds by the format that recognizes them."""
    groups: dict[str, list[tuple[str, bytes]]] = {one.kind: [] for one in list_formats()}
    for name, content in create_seeds():
        found = find_format(Upload(content, name))
        if found is not None:
            groups[found.kind].append((name, content))
    return groups


class Mutator:
    """Changes files at random, in their bytes, their JSON values, and their members of a zip."""

    def __init__(self, seed: str) -> None:
        self.random = random.Random(seed)

    def change_file(self, content: bytes) -> bytes:
        """Return a changed file."""
        if not content.startswith(b"PK") or self.random.random() < 0.2:
            return self._change_content(content)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()]
        changed = [
            (self._change_name(name), self._change_content(inner)) for name, inner in members
        ]
        return create_zip(changed * self.random.choice((1, 1, 1, 2)))

    def _change_name(self, name: str) -> str:
        if self.random.random() < 0.9:
            return name
        at = self.random.randrange(len(name) + 1)
        return (
            name[:at] + self.random.choice(("/", "..", "é", "2024-02-30", "\\", ".md")) + name[at:]
        )

    def _change_content(self, content: bytes) -> bytes:
        try:
            value = json.loads(content)
        except (ValueError, RecursionError):
            return self._change_packed(content)
        if self.random.random() < 0.8:
            return to_json(self._change_value(value))
        return self._change_bytes(content)

    def _change_packed(self, content: bytes) -> bytes:
        """Change what is in a base64 text, as in Daylio's backups, or else the bytes."""
        try:
            value = json.loads(base64.b64decode(content, validate=True))
        except (ValueError, RecursionError):
            return self._change_bytes(content)
        return base64.b64encode(to_json(self._change_value(value)))

    def _change_bytes(self, content: bytes) -> bytes:
        changed = bytearray(content)
        for _ in range(self.random.randrange(1, 6)):
            at = self.random.randrange(len(changed) + 1)
            piece = self.random.choice((*PIECES, bytes([self.random.randrange(256)]), b"9" * 400))
            changed[at : at + self.random.randrange(30)] = piece
        return bytes(changed)

    def _change_value(self, value: Any) -> Any:
        if self.random.random() < 0.08:
            return self.random.choice(ODD)
        if isinstance(value, dict):
            return {
                key: self._change_value(inner) if self.random.random() < 0.5 else inner
                for key, inner in value.items()
                if self.random.random() > 0.02
            }
        if isinstance(value, list):
            return [self._change_value(inner) for inner in value] * self.random.choice((1, 1, 2))
        return value


@dataclass
class Result:
    """What came of the readings of one format."""

    kind: str
    read: int = 0
    refused: int = 0
    failed: int = 0
    slowest: float = 0
    megabytes: int = 0


def fuzz(kind: str, seeds: list[tuple[str, bytes]], seconds: float, seed: int, kept: str) -> Result:
    """Read changed files of one format for so many seconds."""
    warnings.filterwarnings("ignore", message="Duplicate name")  # one of the changes
    result, mutator = Result(kind), Mutator(f"{kind} {seed}")
    end = monotonic() + seconds
    while monotonic() < end:
        name, original = mutator.random.choice(seeds)
        content = mutator.change_file(original)
        begin = process_time()
        try:
            FileReader("Europe/Berlin", time(3), TODAY).read(content, name=name)
            result.read += 1
        except UnreadableJournal:
            result.refused += 1
        except Exception as error:  # noqa: BLE001 - any is a fault of the reader
            result.failed += 1
            Path(kept, f"{kind}-{result.failed}-{type(error).__name__}-{name}").write_bytes(content)
        result.slowest = max(result.slowest, process_time() - begin)
    result.megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return result


def main() -> int:
    """Fuzz the wanted formats; return 1 where one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    kept = tempfile.mkdtemp(prefix="fuzz-imports-")
    groups = group_seeds()
    kinds = wanted.kinds.split(",") if wanted.kinds else list(groups)
    failed = False
    print(f"Files that fail are kept in {kept}.", flush=True)
    with ProcessPoolExecutor(2, max_tasks_per_child=1) as pool:
        running = [
            pool.submit(fuzz, kind, groups[kind], wanted.seconds, wanted.seed, kept)
            for kind in kinds
        ]
        for one in running:
            result = one.result()
            failed |= result.failed > 0
            print(
                f"{result.kind:14} {result.read:8,} read {result.refused:8,} refused "
                f"{result.failed:4} failed, slowest {result.slowest:.2f} s, {result.megabytes} MB",
                flush=True,
            )
    return failed


if __name__ == "__main__":
    sys.exit(main())
