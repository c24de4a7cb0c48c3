"""Names of months and weekdays in the languages in which journals write their dates.

They are those of the Unicode CLDR, as ICU formats them: alone (`март`), within a date (`5 марта`)
and short (`мар.`). A few that people write besides are added here.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date

from icu4py.messageformat import MessageFormat

LANGUAGES = (
    # Those that more people use come first: they win where a name is of another month elsewhere.
    *("en", "de", "fr", "es", "pt", "it", "nl", "sv", "nb", "nn", "da", "fi", "pl", "cs", "ru"),
    *("uk", "tr", "el", "hu", "ro", "sk", "sl", "bg", "sr", "mk", "lt", "lv", "et", "is", "ca"),
    *("gl", "eu", "id", "ms", "sw", "ar", "he", "ja", "zh", "ko", "sr_Latn", "en_AU", "de_AT"),
)
LANGUAGES_WITHOUT_SHORT_NAMES = ("hr", "be")
"""Croatian `lip` is June, Polish `lip` July; whole names are told apart but for `listopad`."""
MONTH_FORMATS = ("d MMMM", "LLLL", "d MMM", "LLL")
WEEKDAY_FORMATS = ("EEEE", "cccc", "EEE", "ccc")
SHORTEST_NAME = 3

_MORE_MONTHS = {
    name: number
    for number, names in {
        1: "janner gen",
        2: "feber fevr фев",
        3: "maerz mrz mrt",
        4: "avr",
        5: "mag",
        6: "giu",
        7: "juil lug",
        8: "aou",
        9: "sept set сен",
        10: "okt out ott paz",
        11: "lis ноя",
        12: "dez dic des",
    }.items()
    for name in names.split()
}
_MORE_WEEKDAYS = {"tues": 1, "weds": 2, "thur": 3, "thurs": 3, "sonnabend": 5}

_UNCHANGED_BY_UNICODE = str.maketrans("łøæđı", "loadi")
"""Letters that have no decomposition: środa is found by its accent, poniedziałek is not."""

_LETTERS = re.compile(r"[^\W\d_]+")


def fold_words(text: str) -> str:
    """Return `text` in lower case and without accents, with digits and spaces of one kind."""
    if text.isascii():
        return text.casefold()
    letters = unicodedata.normalize("NFKD", text)
    plain = "".join(letter for letter in letters if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", plain).casefold().translate(_UNCHANGED_BY_UNICODE)


def _number_months() -> Mapping[str, int]:
    numbers = dict(_MORE_MONTHS)
    of_languages = (
        *((language, MONTH_FORMATS) for language in LANGUAGES),
        *((language, MONTH_FORMATS[:2]) for language in LANGUAGES_WITHOUT_SHORT_NAMES),
    )
    for language, formats in of_languages:
        for month in range(1, 13):
            for name in _list_names(date(2024, month, 5), language, formats):
                if len(name) > 1:  # 3月 is read as a number
                    numbers.setdefault(name, month)
    return numbers


def _number_weekdays() -> Mapping[str, int]:
    """Return the numbers of weekdays but for names that are of two days, such as `mar`."""
    numbers: dict[str, set[int]] = {}
    for weekday in range(7):
        monday = date(2024, 1, 1)
        for language in (*LANGUAGES, *LANGUAGES_WITHOUT_SHORT_NAMES):
            for name in _list_names(monday.replace(day=1 + weekday), language, WEEKDAY_FORMATS):
                numbers.setdefault(name, set()).add(weekday)
    certain = {name: found.pop() for name, found in numbers.items() if len(found) == 1}
    return certain | _MORE_WEEKDAYS


def _list_names(day: date, language: str, formats: tuple[str, ...]) -> Iterator[str]:
    """Yield the words of a date in some formats: of more than one, such as `de març`, the last.

    Portuguese `segunda-feira` is said and written `segunda` as well.
    """
    pattern = "|".join(formats)
    written = MessageFormat(f"{{day,date,{pattern}}}", language).format({"day": day})
    for part in written.split("|"):
        words: list[str] = _LETTERS.findall(fold_words(part.replace("-feira", "")))
        if words and language == "he":
            yield f"ב{words[-1]}"  # 5 במרץ, the fifth in March
        if words and (len(words[-1]) >= SHORTEST_NAME or not words[-1].isascii()):
            yield words[-1]


MONTHS = _number_months()
"""The number of each month, 1 to 12, by its folded name."""

WEEKDAYS = _number_weekdays()
"""The number of each weekday, 0 for Monday, by its folded name."""
