"""Leaving names out of a text: in every spelling, in parts and inflected.

Where it is unsure whether a word is a name, it is left out. A name stands for its parts too: Ana
Lopez is also Ana, Lopez, A. Lopez, AnaLopez and, in other languages, Aną and Lopezille.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from leaderjournal.kernel.letters.folding.rules import (
    FoldedText,
    fold,
    fold_with_case,
    fold_with_spans,
    get_script,
    list_visible_marks,
)
from leaderjournal.kernel.letters.names.rules import HANGUL, UNSPACED, NameFinder, replace_spans
from leaderjournal.portability.documents.names.inflections.rules import list_inflections
from leaderjournal.reviews.words.rules import is_stop_word

SOMEONE = "someone"


def _read(words: str) -> frozenset[str]:
    return frozenset(words.split())


PARTICLES = _read(
    "von van de der den del della di da do dos das du la le les el al bin ibn ben abu abd of the"
    " und y e i zu zum zur af av ter ten st bint op het"
)
"""What stands between the parts of a name and is no name by itself."""
TITLES = _read("dr mr mrs ms mx prof sir madam herr frau")
SPELLED_VOWELS = (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ø", "oe"), ("å", "aa"))
HAN_TITLES = (
    "先生|女士|小姐|太太|总|總|经理|經理|老师|老師|主任|博士|教授|医生|醫生|律师|同学"
    "|さん|様|氏|君|ちゃん|くん|部長|課長|社長|先輩"
)
KOREAN_TITLES = "씨|님|부장|과장|대리|팀장|사장|이사|선생|차장|주임|사원|본부장|실장|대표"
LONGEST_GAP = 12
LONGEST_SUFFIX = 6
"""So many letters may follow a name in a script whose endings are not listed."""

LONG_ENOUGH = 6
"""A name of so many letters with an ending of two or more is hardly another word."""
SOFT_HYPHEN = "\u00ad"

_SPACED_WORD = rf"(?:(?![{UNSPACED}{HANGUL}])(?:[^\W\d_]|[{{marks}}]))+"
_GAP = re.compile(r"[\s\-'.·・_=]{0,4}")
_HUMP = re.compile(r"(?<=[^\W\d_A-Z])(?=[A-Z])")
_OPEN = re.compile(f"[{UNSPACED}{HANGUL}]")
_HAN_NAME = re.compile("[\u4e00-\u9fff\u3400-\u4dbf]{2,4}")
_HANGUL_NAME = re.compile(f"[{HANGUL}]{{3,4}}")


@dataclass(slots=True)
class _Form:
    """A form of a name's part: whether only a capital makes it a name, and the names it is of."""

    needs_capital: bool
    names: set[int]


@dataclass(slots=True)
class _Found:
    """A span of the text that is left out, and the names it may be of."""

    start: int
    end: int
    names: set[int]


@dataclass(slots=True)
class _Forms:
    """All forms of the names, by what they are found with.

    `whole` are words, `beginnings` may have any ending, `open` are patterns of scripts that are
    written without spaces, and `companions` belong to a name where they are beside it.
    """

    whole: dict[str, _Form] = field(default_factory=dict)
    beginnings: dict[str, _Form] = field(default_factory=dict)
    open: dict[str, set[int]] = field(default_factory=dict)
    companions: dict[str, set[int]] = field(default_factory=dict)

    def add_name(self, name: str, number: int) -> None:
        """Add the forms of a name."""
        words = re.findall(_get_word_pattern(), fold(name))
        self._add_open(fold(name), number)
        for spelled in _list_spellings(name):
            parts = re.findall(_get_word_pattern(), spelled)
            for at, word in enumerate(parts):
                self._add_part(
                    word, number, is_alone=len(parts) == 1, is_inside=0 < at < len(parts) - 1
                )
            for at in range(len(parts) - 1):
                self._add_whole("".join(parts[at : at + 2]), number)
            if len(parts) > 2:
                self._add_whole("".join(parts), number)
        for word in words:
            for companion in {word, word[0]}:
                self.companions.setdefault(companion, set()).add(number)

    def _add_part(self, word: str, number: int, *, is_alone: bool, is_inside: bool) -> None:
        if len(word) < 2 or (is_inside and word in PARTICLES) or (not is_alone and word in TITLES):
            return
        is_common = is_stop_word(word)
        self._add_whole(word, number, needs_capital=is_common or (len(word) < 3 and not is_alone))
        for form in set(list_inflections(word)):
            is_genitive = form == f"{word}s" and len(word) > 3 and not is_stop_word(form)
            is_long = len(word) >= LONG_ENOUGH and len(form) > len(word) + 1 and form != f"{word}ed"
            is_certain = (is_genitive or (is_long and form.startswith(word))) and not is_common
            needs_capital = form[-len(word) :] != word and not is_certain
            self._add_whole(form, number, needs_capital=needs_capital)
        if get_script(word[0]) not in ("LATIN", "CYRILLIC", "GREEK", "ARABIC", "HEBREW"):
            stem = word[:-1] if re.match(f"[{list_visible_marks()}]", word[-1]) else word
            if len(stem) > 1:
                self.beginnings.setdefault(stem, _Form(False, set())).names.add(number)

    def _add_whole(self, form: str, number: int, *, needs_capital: bool = False) -> None:
        found = self.whole.setdefault(form, _Form(needs_capital, set()))
        found.needs_capital &= needs_capital
        found.names.add(number)

    def _add_open(self, folded: str, number: int) -> None:
        """Add the patterns of a name in a script that is written without spaces."""
        parts = [part for part in re.split(r"[\s·・=-]+", folded) if _OPEN.match(part)]
        gap = r"[\s·・=-]{0,3}"
        patterns = [gap.join(map(re.escape, parts))] if len(parts) > 1 else []
        patterns += [re.escape(part) for part in parts if len(part) > 1]
        joined = "".join(parts)
        if _HAN_NAME.fullmatch(joined) or _HANGUL_NAME.fullmatch(joined):
            patterns.append(gap.join(joined))
            if len(joined) > 2:
                patterns += [joined[-2:], joined[:2]]
        if _HAN_NAME.fullmatch(joined):
            surname = parts[0] if len(parts) > 1 else joined[0]
            patterns += [f"{surname}(?={HAN_TITLES})", f"(?<=[老小阿]){surname}"]
        elif _HANGUL_NAME.fullmatch(joined):
            patterns.append(rf"{joined[0]}(?=\s?(?:{KOREAN_TITLES}))")
        for pattern in patterns:
            self.open.setdefault(pattern, set()).add(number)


class NameRemover:
    """Replaces names with "someone", and a possessive with "someone's".

    Case does not matter, except for a name that is also an ordinary word, such as Will, and for an
    inflected form.
    """

    def __init__(self, names: Iterable[str]) -> None:
        given = tuple(filter(fold, names))
        words = tuple(name for name in given if is_stop_word(name))
        others = tuple(name for name in given if name not in words)
        self._finders = (NameFinder(*others, any_case=True), NameFinder(*words))
        self._forms = _Forms()
        self._numbers: dict[str, set[int]] = {}
        for number, name in enumerate(given):
            self._numbers.setdefault(fold(name), set()).add(number)
            self._forms.add_name(name, number)
        word = _get_word_pattern()
        self._word = re.compile(word)
        # No letter stands before, or a long word would be tried from each of its letters.
        self._broken = re.compile(rf"(?<![^\W\d_])({word})-?[ \t]{{0,9}}\r?\n[ \t]{{0,9}}({word})")
        longest_first = sorted(self._forms.open, key=lambda pattern: -len(pattern))
        self._open = re.compile("|".join(f"({pattern})" for pattern in longest_first) or "(?!)")
        self._open_names = [self._forms.open[pattern] for pattern in longest_first]
        self._no_mark = re.compile(f"(?![{list_visible_marks()}])")

    def __call__(self, text: str) -> str:
        """Return `text` without the names."""
        if not self._numbers:
            return text
        folded = fold_with_spans(text)
        found = [
            *self._find_as_given(text),
            *self._find_words(text, folded),
            *self._find_broken(text, folded),
            *self._find_open(folded),
        ]
        if not found:
            return text
        spans = self._extend(_merge(found, text), text, folded)
        return replace_spans(text, ((span.start, span.end) for span in spans), lambda _: SOMEONE)

    def _find_as_given(self, text: str) -> Iterator[_Found]:
        for finder in self._finders:
            for start, end in finder.find_spans(text):
                name = fold(text[start:end]).removeprefix("@")
                yield _Found(start, end, self._numbers.get(name, set()))

    def _find_words(self, text: str, folded: FoldedText) -> Iterator[_Found]:
        for match in self._word.finditer(folded.text):
            start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
            if form := self._get_form(match[0], text[start:end]):
                yield _Found(start, end, form.names)
                continue
            written = fold_with_case(text[start:end])
            humps = [hump.start() for hump in _HUMP.finditer(written)]
            if humps and len(written) == len(match[0]):
                for first, last in zip((0, *humps), (*humps, len(written)), strict=True):
                    form = self._get_form(match[0][first:last], written[first:last])
                    if form:
                        at = match.start()
                        yield _Found(
                            folded.starts[at + first], folded.ends[at + last - 1], form.names
                        )

    def _find_broken(self, text: str, folded: FoldedText) -> Iterator[_Found]:
        """Yield words that a hyphen breaks at the end of a line."""
        for match in self._broken.finditer(folded.text):
            start, end = folded.starts[match.start(1)], folded.ends[match.end(2) - 1]
            is_hyphenated = "-" in folded.text[match.end(1) : match.start(2)]
            if is_hyphenated or SOFT_HYPHEN in text[start:end]:
                form = self._get_form(match[1] + match[2], text[start:end])
                if form:
                    yield _Found(start, end, form.names)

    def _get_form(self, word: str, written: str) -> _Form | None:
        form = self._forms.whole.get(word)
        if form and (not form.needs_capital or not written[0].islower()):
            return form
        for length in range(len(word), max(1, len(word) - LONGEST_SUFFIX) - 1, -1):
            if begun := self._forms.beginnings.get(word[:length]):
                return begun
        return None

    def _find_open(self, folded: FoldedText) -> Iterator[_Found]:
        for match in self._open.finditer(folded.text):
            if self._no_mark.match(folded.text, match.end()) and match.lastindex:
                start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
                yield _Found(start, end, self._open_names[match.lastindex - 1])

    def _extend(self, spans: list[_Found], text: str, folded: FoldedText) -> list[_Found]:
        """Return the spans with the initials, particles and the @ beside them."""
        words = [
            (folded.starts[match.start()], folded.ends[match.end() - 1], match[0])
            for match in self._word.finditer(folded.text)
        ]
        before = {end: (start, word) for start, end, word in words}
        after = {start: (end, word) for start, end, word in words}
        for span in spans:
            while (found := _find_before(before, text, span.start)) and self._is_companion(
                found[1], text[found[0] : span.start], span.names, is_before=True
            ):
                span.start = found[0]
            while (found := _find_after(after, text, span.end)) and self._is_companion(
                found[1], text[span.end : found[0]], span.names, is_before=False
            ):
                span.end = found[0]
            if text[span.start - 1 : span.start] == "@":
                span.start -= 1
        return _merge(spans, text)

    def _is_companion(self, word: str, written: str, names: set[int], *, is_before: bool) -> bool:
        """Tell whether a word beside a name belongs to it: a particle before it, an initial."""
        if names.isdisjoint(self._forms.companions.get(word, ())):
            return False
        letters = written.strip("\t\n -'’.·_")
        if len(word) == 1:
            is_elided = is_before and "'" in fold(written)  # O'Brien, but no Brien's
            return letters[:1].isupper() or "." in written or is_elided
        return is_before and word in PARTICLES | TITLES


def _find_before(
    words: dict[int, tuple[int, str]], text: str, start: int
) -> tuple[int, str] | None:
    for end in range(start, max(-1, start - LONGEST_GAP - 1), -1):
        if found := words.get(end):
            return found if _is_gap(text[end:start]) else None
    return None


def _find_after(words: dict[int, tuple[int, str]], text: str, end: int) -> tuple[int, str] | None:
    for start in range(end, min(len(text), end + LONGEST_GAP) + 1):
        if found := words.get(start):
            return found if _is_gap(text[end:start]) else None
    return None


def _merge(spans: Iterable[_Found], text: str) -> list[_Found]:
    """Return the spans in order, joined where they overlap or follow each other in one name."""
    merged: list[_Found] = []
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        last = merged[-1] if merged else None
        if last and (
            span.start < last.end
            or (not last.names.isdisjoint(span.names) and _is_gap(text[last.end : span.start]))
        ):
            last.end = max(last.end, span.end)
            last.names = last.names | span.names
        else:
            merged.append(_Found(span.start, span.end, span.names))
    return merged


def _is_gap(text: str) -> bool:
    """Tell whether a text may stand between the parts of one name."""
    return len(text) <= LONGEST_GAP and _GAP.fullmatch(fold(f".{text}.")[1:-1]) is not None


def _get_word_pattern() -> str:
    return _SPACED_WORD.format(marks=list_visible_marks())


def _list_spellings(name: str) -> set[str]:
    """Return the folded name, and its spellings with oe for ö and with ö for oe."""
    spelled = shortened = unicodedata.normalize("NFC", name).lower()
    for vowel, letters in SPELLED_VOWELS:
        spelled = spelled.replace(vowel, letters)
        if len(name) > 3:
            shortened = shortened.replace(letters, vowel)
    return {fold(name), fold(spelled), fold(shortened)}
