"""The one way to compare words: search, mentions of people and names left out of documents fold.

Folding ignores case, accents, typographic variants of apostrophes and hyphens, letters that cannot
be seen, and whether a text is composed (NFC) or decomposed (NFD). Marks that make another letter
stay: パ is not ハ, й is not и, 가 is not 각, कि is not क.

Unicode's own data (`unicodedata`) decomposes letters. It has nothing for letters that are not
composed of others, such as ø, ł, æ and ı: those of the Latin script are spelled by `anyascii`,
whose tables are plain Python and need no library of the machine. Collation by ICU was the other
way. Its primary strength takes パ for ハ, and what it makes cannot be stored as text and searched.

Stored texts are folded, and say by which `FOLDING_VERSION`. One of another version is folded anew.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.metadata import version
from itertools import groupby

from anyascii import anyascii

RULES = 1
"""Counts up with each change of the rules below."""
FOLDING_VERSION = f"{RULES}/{unicodedata.unidata_version}/{version('anyascii')}"
"""The rules, Unicode's data and anyascii's, any of which an upgrade may change."""

LONGEST_CLUSTER = 30
"""So many marks are read with one letter. Sorting marks takes long if somebody writes thousands."""

JOINER = "\u200d"
INVISIBLE = frozenset(
    chr(code)
    for first, last in (
        *((0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5)),
        *((0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F)),
        *((0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0)),
        *((0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE01EF)),
        (0x640, 0x640),  # Arabic's tatweel only makes a word longer
    )
    for code in range(first, last + 1)
)
"""Letters that are not seen (Unicode's Default_Ignorable_Code_Point) and mean nothing in a word."""
FLAG_TAGS = frozenset(map(chr, range(0xE0020, 0xE0080)))
"""They tell the flag of Scotland from that of Wales."""

TWINS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʹʻʼʽʾʿˈ′‵`´\u1fef\u1ffd\u1fbd＇ꞌ׳՚", "'"),
        **dict.fromkeys("“”„‟«»″‶＂״", '"'),
        **dict.fromkeys("‐‑‒–—―⁃−﹘﹣－־⸺⸻", "-"),
        "ک": "ك",
        "ی": "ي",
        "ٱ": "ا",  # typed on a Persian keyboard; alef with wasla
    }
)

ARABIC_MARKS = frozenset(map(chr, (*range(0x64B, 0x653), 0x670)))
ARABIC_ALEF_MARKS = frozenset("\u0653\u0654\u0655")
HEBREW_POINTS = frozenset(
    map(chr, (*range(0x591, 0x5BE), 0x5BF, 0x5C1, 0x5C2, 0x5C4, 0x5C5, 0x5C7))
)
CYRILLIC_STRESS = frozenset("\u0300\u0301")
"""ѓ and ќ are letters that have an acute; elsewhere it shows where a word is stressed."""


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A folded text, and the span of the original for each of its letters.

    A letter and its marks are one span, so that no match ends between them.
    """

    text: str
    starts: Sequence[int]
    ends: Sequence[int]


@cache
def list_marks() -> str:
    """Return the inner part of a character class of marks, in the folded text and in others."""
    return _build_class(code for code in _list_codes() if _is_mark(chr(code)))


@cache
def list_visible_marks() -> str:
    """Return the inner part of a character class of the marks that a folded text may hold."""
    return _build_class(
        code
        for code in _list_codes()
        if _is_mark(chr(code)) and (chr(code) not in INVISIBLE or chr(code) == JOINER)
    )


def fold(text: str) -> str:
    """Return `text` as it is compared, with single spaces as its only white space."""
    return " ".join(fold_letters(text).split())


def fold_letters(text: str) -> str:
    """Return the folded letters of a text, with its white space as it is."""
    if text.isascii():
        return text.lower().replace("`", "'")
    return _compile_foreign().sub(_fold_run, text).lower().replace("`", "'")


def fold_with_spans(text: str) -> FoldedText:
    """Return the folded letters of a text, as `fold_letters` does, and where each of them is."""
    if text.isascii():
        return FoldedText(fold_letters(text), range(len(text)), range(1, len(text) + 1))
    letters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for run in (*_compile_foreign().finditer(text), None):
        until = run.start() if run else len(text)
        letters.append(fold_letters(text[at:until]))
        starts.extend(range(at, until))
        ends.extend(range(at + 1, until + 1))
        if run:
            for match in _compile_clusters().finditer(text, until, run.end()):
                folded = _fold_cluster(match[0])
                letters.append(folded)
                starts += [match.start()] * len(folded)
                ends += [match.end()] * len(folded)
            at = run.end()
    return FoldedText("".join(letters), starts, ends)


def fold_spelling(text: str) -> str:
    """Return what two spellings of a name of its own share: Zoë is Zoë, decomposed, but not Zoe."""
    composed = unicodedata.normalize("NFKC", text.translate(TWINS))
    seen = "".join(letter for letter in composed if letter not in INVISIBLE)
    return " ".join(unicodedata.normalize("NFC", seen.casefold()).split())


def fold_with_case(text: str) -> str:
    """Return the folded letters of a text, in capitals where it has capitals."""
    if text.isascii():
        return text.replace("`", "'")
    clusters = _compile_clusters().findall(text)
    return "".join(
        _fold_cluster(cluster).upper() if cluster.isupper() else _fold_cluster(cluster)
        for cluster in clusters
    )


@cache
def get_script(letter: str) -> str:
    """Return the first word of a letter's Unicode name, such as LATIN; "" for one without name."""
    return unicodedata.name(letter, "").partition(" ")[0].partition("-")[0]


def _list_codes() -> Iterable[int]:
    # Between these are ideographs and syllables alone.
    return (
        *(*range(0x80, 0x3400), *range(0x4DC0, 0x4E00), *range(0xA480, 0xAC00)),
        *(*range(0xD7A4, 0xD800), *range(0xF900, 0x12000), *range(0x16A00, 0x17000)),
        *(*range(0x1B000, 0x20000), *range(0xE0000, 0xE01F0)),
    )


def _is_mark(letter: str) -> bool:
    """Tell whether a letter belongs to the one before it (Unicode's Grapheme_Extend, nearly)."""
    code = ord(letter)
    return (
        unicodedata.category(letter)[0] == "M"
        or letter in INVISIBLE
        or 0x1160 <= code <= 0x11FF  # vowels and finals of Hangul
        or 0xD7B0 <= code <= 0xD7FB
        or code in (0xFF9E, 0xFF9F)  # narrow ﾞ and ﾟ
        or 0x1F3FB <= code <= 0x1F3FF  # skin tones
    )


def _build_class(codes: Iterable[int]) -> str:
    """Return the ranges of ascending codes as they are written in a character class."""
    ranges = []
    for _, run in groupby(enumerate(codes), lambda item: item[1] - item[0]):
        found = [code for _, code in run]
        ranges.append(f"\\U{found[0]:08x}-\\U{found[-1]:08x}")
    return "".join(ranges)


@cache
def _list_symbols() -> str:
    symbols = [
        code
        for code in _list_codes()
        if unicodedata.category(chr(code)) == "So" or 0x2190 <= code <= 0x21FF
    ]
    return _build_class(symbols)


@cache
def _compile_foreign() -> re.Pattern[str]:
    """Return a pattern of letters beyond ASCII in a row, with the one that a mark may belong to."""
    return re.compile(r"[\x21-\x7e]?[^\x00-\x7f]+")


@cache
def _compile_marks() -> re.Pattern[str]:
    return re.compile(f"[{list_marks()}]")


@cache
def _compile_clusters() -> re.Pattern[str]:
    """Return a pattern of what is folded together: a letter with its marks, or one emoji."""
    marks, symbols, most = list_marks(), _list_symbols(), LONGEST_CLUSTER
    # A joiner is a mark too, but an emoji goes on after it.
    emoji = rf"[{symbols}](?:(?!{JOINER})[{marks}]){{0,{most}}}"
    return re.compile(
        rf"[\U0001f1e6-\U0001f1ff]{{2}}|{emoji}(?:{JOINER}{emoji})*"
        rf"|[^\s{marks}][{marks}]{{0,{most}}}|[{marks}]{{1,{most}}}|\s"
    )


def _fold_run(found: re.Match[str]) -> str:
    run = found[0]
    if _compile_marks().search(run) is None:
        return "".join(map(_fold_cluster, run))
    return "".join(map(_fold_cluster, _compile_clusters().findall(run)))


@lru_cache(maxsize=1 << 15)
def _fold_cluster(cluster: str) -> str:
    """Return a letter with its marks, folded until nothing changes any more."""
    if cluster.isascii():
        return cluster.lower().replace("`", "'")
    before = ""
    while cluster not in ("", before):
        before, cluster = cluster, _fold_once(cluster)
    return cluster


def _fold_once(cluster: str) -> str:
    keeps_joiners = unicodedata.category(cluster[0]) == "So"
    seen = (
        letter
        for letter in cluster.translate(TWINS)
        if letter not in INVISIBLE or (keeps_joiners and (letter == JOINER or letter in FLAG_TAGS))
    )
    decomposed = unicodedata.normalize("NFKD", "".join(seen)).casefold()
    letters: list[str] = []
    base = ""
    for letter in unicodedata.normalize("NFKD", decomposed):
        if not unicodedata.combining(letter):
            base = letter
        elif _is_accent(letter, base):
            continue
        letters.append(letter)
    return unicodedata.normalize("NFKC", "".join(map(_spell, letters))).casefold().lower()


def _is_accent(mark: str, base: str) -> bool:
    """Tell whether a mark leaves its letter the same one."""
    if not base:
        return False
    match get_script(base):
        case "LATIN" | "GREEK":
            return True
        case "CYRILLIC":
            is_stress = mark in CYRILLIC_STRESS and (base not in "гк" or mark == "\u0300")
            return is_stress or (mark == "\u0308" and base == "е")  # ё is mostly written е
        case "ARABIC":
            return mark in ARABIC_MARKS or (base == "ا" and mark in ARABIC_ALEF_MARKS)
        case "HEBREW":
            return mark in HEBREW_POINTS
    return False


@cache
def _spell(letter: str) -> str:
    """Return a Latin letter in the letters of ASCII; every other one as it is."""
    if letter.isascii() or get_script(letter) != "LATIN":
        return letter
    spelled = anyascii(letter)
    return spelled if spelled.isalpha() else letter
