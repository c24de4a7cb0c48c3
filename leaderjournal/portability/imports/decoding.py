"""The text of a file whose encoding nobody names."""

import codecs
import math
import re

from charset_normalizer import CharsetMatch, from_bytes

from leaderjournal.portability.imports.plausibility import measure_implausibility
from leaderjournal.portability.imports.rules import InvalidEntry

MARKS = (
    # UTF-32 comes before UTF-16, whose mark is the beginning of its own.
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
WIDE = (("utf-32-le", 4), ("utf-32-be", 4), ("utf-16-le", 2), ("utf-16-be", 2))
LEGACY = (
    # Those that more people use come first: they win where a text fits two.
    *("cp1252", "cp1250", "cp1251", "gb18030", "cp932", "big5", "cp949", "euc_jp"),
    *("cp1253", "cp1254", "koi8_r", "koi8_u", "cp1255", "cp1256", "cp874", "iso8859_7"),
    *("iso8859_2", "mac_roman", "cp866", "cp850"),
)
UNCOMMON = {"cp1250": 0.05, "iso8859_2": 0.05, "mac_roman": 0.3, "cp866": 0.3, "cp850": 0.3}
"""How much worse than Windows-1252 a text may look that is in one of these: a short text in it is
often one in them, too."""
JAPANESE = frozenset({"cp932", "euc_jp"})
KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
WITHOUT_KANA = frozenset({"gb18030", "big5", "cp949"})
"""They can write kana, and hardly a text in them does."""
JAPANESE_SHIFTS = (b"\x1b$B", b"\x1b$@", b"\x1b(J")
"""By which a text in ISO-2022-JP shifts to Japanese; its bytes are ASCII."""

CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r\f\v\x1a\x1b"))
BEYOND_ASCII = re.compile(rb"[\x80-\xff]")
CONTEXT = 200
"""Bytes before the first one beyond ASCII that are looked at with it."""

LONGEST_LETTER = 4
"""Bytes of a letter in GB 18030."""

SAMPLE = 4_096
"""Bytes that are looked at to recognize an encoding; more take time and change nothing."""

MOST_CONTROLS = 0.02
LEAST_WIDE_CONTROLS = 0.2
MOST_IMPLAUSIBLE = 1.2
MOST_IMPLAUSIBLE_WIDE = 0.5


def decode_text(content: bytes) -> str:
    """Return the text of a file in whichever encoding it is, without its byte-order mark.

    A mark decides; else it is UTF-8 where it can be, also with a few broken bytes, and UTF-16 or
    UTF-32 where its zeros stand as theirs; else the code page in which it reads like a text. Raises
    InvalidEntry for what is no text.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(encoding, "replace")
    if (wide := _decode_wide(content)) is not None:
        return wide
    if _count_controls(content) > MOST_CONTROLS * len(content):
        raise InvalidEntry("There’s no text we can read.")
    if any(shift in content for shift in JAPANESE_SHIFTS):
        return content.decode("iso2022_jp_ext", "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_damaged(content) or _decode_legacy(content)


def _count_controls(content: bytes) -> int:
    return len(content) - len(content.translate(None, CONTROLS))


def _decode_wide(content: bytes) -> str | None:
    """Return the text of UTF-16 or UTF-32 without a mark; None where it is none."""
    controls = _count_controls(content[:SAMPLE])
    if not controls:
        return None
    # A few zeros in a text of single bytes are no sign of a wide encoding.
    if controls < LEAST_WIDE_CONTROLS * len(content[:SAMPLE]) and _is_utf8(content):
        return None
    costs = {encoding: _measure_wide(content, encoding, width) for encoding, width in WIDE}
    best = min(costs, key=costs.__getitem__)
    return content.decode(best, "replace") if costs[best] < MOST_IMPLAUSIBLE_WIDE else None


def _measure_wide(content: bytes, encoding: str, width: int) -> float:
    try:
        sample = content[: min(SAMPLE, len(content) // width * width)].decode(encoding)
    except UnicodeDecodeError:
        return math.inf
    unusual = sum(not (letter.isprintable() or letter.isspace()) for letter in sample)
    if unusual > MOST_CONTROLS * len(sample):
        return math.inf
    return measure_implausibility(sample)


def _is_utf8(content: bytes) -> bool:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _decode_damaged(content: bytes) -> str | None:
    """Return a text in UTF-8 with few broken bytes, each read as Windows-1252; else None."""
    sound = content.decode("utf-8", "ignore")
    size = len(sound.encode())
    followers, broken = size - len(sound), len(content) - size
    return content.decode("utf-8", "leaderjournal-broken") if followers > 4 * broken else None


def _read_broken_bytes(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("leaderjournal-broken", _read_broken_bytes)


def _decode_legacy(content: bytes) -> str:
    matches = [
        match
        for sample in _list_samples(content)
        for match in from_bytes(sample, cp_isolation=list(LEGACY), preemptive_behaviour=False)
    ]
    ranked = sorted(
        (_measure_match(match), LEGACY.index(match.encoding), match.encoding) for match in matches
    )
    if not ranked or ranked[0][0] > MOST_IMPLAUSIBLE:
        ranked = _rank_without_library(content)
    for cost, _, encoding in ranked:
        if cost > MOST_IMPLAUSIBLE:
            break
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InvalidEntry("There’s no text we can read.")


def _rank_without_library(content: bytes) -> list[tuple[float, int, str]]:
    """Return what each encoding costs, where the library finds it of none that is plausible."""
    ranked = []
    for place, encoding in enumerate(LEGACY):
        try:
            text = content[:SAMPLE].decode(encoding)
        except UnicodeDecodeError:
            continue
        cost = measure_implausibility(text) + UNCOMMON.get(encoding, 0)
        ranked.append((cost, place, encoding))
    return sorted(ranked)


def _measure_match(match: CharsetMatch) -> float:
    text = str(match)
    # Hardly a Japanese sentence has no kana.
    wrong = bool(KANA.search(text)) == (match.encoding in WITHOUT_KANA)
    wrong = wrong and match.encoding in JAPANESE | WITHOUT_KANA
    # What the library measures tells long texts apart, our own measure short ones.
    measured = (
        match.chaos
        - match.coherence / 2
        + min(
            UNCOMMON.get(encoding, 0) for encoding in (match.encoding, *match.could_be_from_charset)
        )
    )
    return measure_implausibility(text) + measured + wrong


def _find_line_end(content: bytes, start: int) -> int:
    end = start + SAMPLE + 1
    ends = (content.find(mark, start, end) for mark in (b"\n", b"\r"))
    return min((found for found in ends if found >= 0), default=min(end, len(content)))


def _list_samples(content: bytes) -> list[bytes]:
    """Return the first lines with bytes beyond ASCII: once, or with each end that a cut may need.

    A cut within a letter of several bytes would rule its encoding out. No letter's second byte is
    below 0x30, so after such a byte a cut is safe.
    """
    sample, position = bytearray(), 0
    while len(sample) <= SAMPLE:
        first = BEYOND_ASCII.search(content, position)
        if first is None:
            break
        start = max(position, first.start() - CONTEXT)
        position = _find_line_end(content, first.start())
        sample += content[start:position] + b"\n"
    if len(sample) <= SAMPLE:
        return [bytes(sample)]
    cut = bytes(sample[:SAMPLE])
    safe = max(map(cut.rfind, (b" ", b"\n", b",", b".")))
    if safe > SAMPLE // 2:
        return [cut[:safe]]
    return [cut[: SAMPLE - trim] for trim in range(LONGEST_LETTER)]
