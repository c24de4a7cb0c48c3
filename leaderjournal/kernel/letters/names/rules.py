"""Where a name is written in a text, in every spelling that folding makes the same.

A name matches whole words only: Jon is not in Jonas. In scripts that are written without spaces a
name is found wherever its letters are, and Korean particles may follow it.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from leaderjournal.kernel.letters.folding.rules import (
    fold,
    fold_with_case,
    fold_with_spans,
    list_visible_marks,
)

KATAKANA = "\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"
HANGUL = "\uac00-\ud7a3"
UNSPACED = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U000323af"  # Han
    f"\u3041-\u309f{KATAKANA}\u3100-\u312f\u31a0-\u31bf"
    "\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, Khmer
    "\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f\ua000-\ua4cf\ua980-\ua9ff\uaa60-\uaadf"
)
"""The inner part of a character class of the scripts that are written without spaces."""

_KOREAN_PARTICLES = (
    *("이가", "이는", "이를", "이의", "이와", "이도", "이", "가", "은", "는", "을", "를", "의"),
    *("에게서", "에게", "한테서", "한테", "께서", "께", "에", "와", "과", "랑", "이랑", "하고"),
    *("도", "만", "로", "으로", "처럼", "보다", "부터", "까지", "라고", "님", "씨", "야", "아"),
)
_IS_UNSPACED = re.compile(f"[{UNSPACED}]")
_IS_KATAKANA = re.compile(f"[{KATAKANA}]")
_IS_HANGUL = re.compile(f"[{HANGUL}]")
_PARTICLES = f"(?=(?:{'|'.join(_KOREAN_PARTICLES)}){{1,2}}(?![^\\W{UNSPACED}]))"


def compile_whole(*folded: str, before: str = "") -> re.Pattern[str]:
    """Return a pattern that finds folded names as whole words in a folded text, longest first.

    A match begins with the `before` that precedes the name. Any white space matches a space.
    """
    groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for name in sorted(filter(None, folded), key=lambda name: (-len(name), name)):
        ends = _get_left_boundary(name[0]), _get_right_boundary(name[-1])
        groups[ends].append(r"\s+".join(map(re.escape, name.split())))
    # What a name begins with is looked for first: the boundaries take longer.
    first_letters = "".join(sorted({re.escape(name[0]) for name in folded if name}))
    found = "|".join(
        f"{left}(?:{'|'.join(names)}){right}" for (left, right), names in groups.items()
    )
    first = f"(?=[@{first_letters}])" if first_letters else ""
    return re.compile(f"{first}{before}(?:{found or '(?!)'})")


def _get_left_boundary(letter: str) -> str:
    if _IS_KATAKANA.match(letter):
        return f"(?<![{KATAKANA}])"
    if _IS_UNSPACED.match(letter):
        return ""
    return rf"(?<![^\W{UNSPACED}])(?<![{list_visible_marks()}])"


def _get_right_boundary(letter: str) -> str:
    no_mark = f"(?![{list_visible_marks()}])"  # it would make the last letter another one
    if _IS_KATAKANA.match(letter):
        return f"(?![{KATAKANA}]){no_mark}"
    if _IS_UNSPACED.match(letter):
        return no_mark
    is_end = rf"(?![^\W{UNSPACED}])"
    if _IS_HANGUL.match(letter):
        is_end = f"(?:{is_end}|{_PARTICLES})"
    return f"{is_end}{no_mark}"


class NameFinder:
    """Finds names in a text, with or without an @, longest first.

    Many names and initials are also ordinary words, such as Will and May. A name of one word is
    therefore found only as it is written here, with a capital or in capitals. After an @, in
    several words, or with `any_case`, case does not matter.
    """

    def __init__(self, *names: str, any_case: bool = False) -> None:
        self._spellings: defaultdict[str, set[str]] = defaultdict(set)
        self._in_any_case: set[str] = set()
        for name in names:
            folded = fold(name)
            if any_case or not folded.isalpha():
                self._in_any_case.add(folded)
            else:
                self._spellings[folded].update(map(fold_with_case, _list_spellings(name.strip())))
        self._pattern = compile_whole(*map(fold, names), before="@?")

    def find_spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the start and the end of each name in `text`."""
        folded = fold_with_spans(text)
        for match in self._pattern.finditer(folded.text):
            start, end = folded.starts[match.start()], folded.ends[match.end() - 1]
            if match[0][0] == "@" or self._is_written_as_name(match[0], text[start:end]):
                yield start, end

    def search(self, text: str) -> bool:
        """Return whether any of the names is in `text`."""
        return next(self.find_spans(text), None) is not None

    def sub(self, replacement: str, text: str) -> str:
        """Return `text` with `replacement`, as it is, for each name."""
        return replace_spans(text, self.find_spans(text), lambda _: replacement)

    def _is_written_as_name(self, folded: str, written: str) -> bool:
        name = " ".join(folded.split())
        return name in self._in_any_case or fold_with_case(written) in self._spellings[name]


def replace_spans(text: str, spans: Iterable[tuple[int, int]], change: Callable[[str], str]) -> str:
    """Return `text` with what `change` makes of each of its `spans`, which ascend."""
    pieces, at = [], 0
    for start, end in spans:
        pieces += [text[at:start], change(text[start:end])]
        at = end
    return "".join((*pieces, text[at:]))


def _list_spellings(name: str) -> set[str]:
    return {name, name[:1].upper() + name[1:], name.upper()}
