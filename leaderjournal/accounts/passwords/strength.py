"""How hard a password is to guess: zxcvbn, breached passwords, and the leader's personal words.

zxcvbn tries every combination of letters that digits and signs may stand for in each part of a
password: 72 characters made for it take more than ten seconds. So only the beginning is scored,
which is enough for a phrase, and signs that stand for the same letter are merged where there would
be many combinations.
"""

import re
from collections.abc import Iterable
from math import prod
from typing import Any

from leaderjournal.accounts.passwords.breached import is_breached

GUESSES_NEEDED = 10**8
"""As many as eight random characters take, or two or three ordinary words."""

SCORED_LENGTH = 40
MOST_COMBINATIONS = 8
LOOKALIKES = ("4@", "({[<", "69", "1!|", "$5", "+7")
_ONE_SIGN = str.maketrans({sign: signs[0] for signs in LOOKALIKES for sign in signs})

PRODUCT = ("leaderjournal", "leader", "journal")
SHORTEST_PERSONAL_WORD = 3

BETTER = "Use three or four words that only you would put together."
COMMON = "Many people use this password, so it is easy to guess."
PERSONAL = "Your name, your email and the name of this journal are easy to guess."
ONE_WORD = "One word with numbers or signs is easy to guess."
SHORT = "This is short enough to be guessed quickly."
PATTERNS = {
    "repeat": "Repeated characters are easy to guess.",
    "sequence": "Sequences like 1234 or abcd are easy to guess.",
    "date": "Dates and years are easy to guess.",
    "regex": "Dates and years are easy to guess.",
    "spatial": "Keys that lie side by side are easy to guess.",
}

_WORD_AND_YEAR = re.compile(r"[^\W\d_]+\W*(19|20)\d\d\W*")


def find_weakness(password: str, personal_words: Iterable[str] = ()) -> str | None:
    """Return why a password is too easy to guess and what is better, or None if it is strong.

    `personal_words` are the leader's name and e-mail address.
    """
    reason = _find_reason(password, personal_words)
    return f"{reason} {BETTER}" if reason else None


def _find_reason(password: str, personal_words: Iterable[str]) -> str | None:
    if is_breached(password):
        return COMMON
    rest = _remove_personal_words(password, personal_words)
    if rest != password.casefold():
        return PERSONAL if _estimate_guesses(rest)[0] < GUESSES_NEEDED else None
    guesses, parts = _estimate_guesses(password)
    if _WORD_AND_YEAR.fullmatch(password) or (_is_one_word(parts) and len(parts) > 1):
        return ONE_WORD
    if guesses >= GUESSES_NEEDED:
        return None
    longest = max(parts, key=lambda part: len(part["token"]), default={"pattern": ""})
    if longest["pattern"] == "dictionary" and len(parts) == 1:
        return COMMON
    return PATTERNS.get(longest["pattern"], SHORT)


def _remove_personal_words(password: str, personal_words: Iterable[str]) -> str:
    """Return `password` in lower case without the leader's personal words and the product's."""
    rest = password.casefold()
    words = {word.casefold() for word in personal_words} | set(PRODUCT)
    parts = {
        part
        for word in words
        for part in (*re.split(r"[\W_]+", word), *_find_letter_runs(word), word)
    }
    for part in sorted(parts, key=len, reverse=True):
        if len(part) >= SHORTEST_PERSONAL_WORD:
            rest = rest.replace(part, " ")
    return " ".join(rest.split()) if rest != password.casefold() else rest


def _find_letter_runs(word: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", word)


def _estimate_guesses(password: str) -> tuple[float, list[dict[str, Any]]]:
    """Return how many guesses a password takes, and the parts by which it is guessed."""
    # It takes a moment to load, so it is imported when first needed.
    from zxcvbn import zxcvbn  # noqa: PLC0415

    scored = simplify(password)
    if not scored:
        return 0, []
    # Personal words are not passed: zxcvbn would keep them in a table that all threads share.
    result = zxcvbn(scored)
    return float(result["guesses"]), result["sequence"]


def simplify(password: str) -> str:
    """Return the part of a password that is scored, short enough to be scored quickly."""
    scored = password[:SCORED_LENGTH]
    combinations = prod(len(set(signs) & set(scored)) or 1 for signs in LOOKALIKES)
    return scored.translate(_ONE_SIGN) if combinations > MOST_COMBINATIONS else scored


def _is_one_word(parts: list[dict[str, Any]]) -> bool:
    """Tell whether the parts are one word, once or repeated, with only numbers and signs."""
    words = {part["matched_word"] for part in parts if part["pattern"] == "dictionary"}
    rest = "".join(part["token"] for part in parts if part["pattern"] != "dictionary")
    return len(words) == 1 and not any(character.isalpha() for character in rest)
