"""How likely it is that somebody wrote a text, where it may have been decoded wrongly.

A wrong code page betrays itself: letters of two scripts within a word, capitals after small
letters, signs between letters, letters that no one language has, rare ideographs.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

LATIN_ALPHABETS = tuple(
    map(
        frozenset,
        (
            "äöüß",  # German
            "àâæçéèêëîïôœùûüÿ",  # French
            "áéíóúüñªº",  # Spanish
            "àáâãçéêíóôõúüªº",  # Portuguese
            "àèéìíîòóùú",  # Italian
            "áéëïíóöúüèê",  # Dutch
            "åäöéæøóòôêü",  # Swedish, Danish, Norwegian, Finnish
            "áðéíóúýþæö",  # Icelandic
            "àèéíïòóúüç·",  # Catalan
            "çğıöşüâîû",  # Turkish
            "ąćęłńóśźż",  # Polish
            "áčďéěíňóřšťúůýž",  # Czech
            "áäčďéíĺľňóôŕšťúýž",  # Slovak
            "áéíóöőúüű",  # Hungarian
            "čćđšž",  # Croatian, Slovene
            "ăâîșțşţ",  # Romanian
            "çë",  # Albanian
        ),
    )
)
FREQUENT_LETTERS = {
    "CYRILLIC": frozenset("оеаинтсрвлкмдпуіяыьгзбчй"),
    "GREEK": frozenset("ατοιενρσκηπςυμλίόάγέδήωχθύώ"),
    "HEBREW": frozenset("יוהלרבתמאשנעםדקחפ"),
    "ARABIC": frozenset("اليمونرتبةعدسفهكقأحجیک"),
    "THAI": frozenset("านรอกเงมยลวดทสตะปบคหแ่้ัิีืุูไใโ"),
}
SENTENCE_SIGNS = frozenset("’‘“”„‚«»‹›–—…•·¿¡€£、。「」『』・！？：；，（）～　《》〈〉")
"""Signs beyond ASCII of any text; others, such as `³`, are usual only outside of words."""

SIGN_WITHIN_WORD = re.compile(
    "(?<=[A-Za-zÀ-ɏ])(?:[„“”«»‚‹›¿¡€£•]|(?<![lL])·|·(?![lL]))(?=[A-Za-zÀ-ɏ])"
)
"""Signs that stand before or after a word in Latin letters, and never within it."""

IDEOGRAPHS = frozenset({"CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA"})
USUAL_SCRIPTS = frozenset({"LATIN"})
BOX_DRAWING = ("\u2500", "\u259f")
"""What KOI8 and the code pages of DOS have where others have letters."""

UNUSUAL_CATEGORIES = frozenset({"Cc", "Cn", "Co", "Cs"})

MOST_ACCENTED = 0.6
"""Of the letters of a Latin word of three or more, hardly more have accents."""

CHATTED_LETTERS = frozenset("ㅋㅎㅠㅜ")
"""Letters of Hangul that stand alone where people laugh or cry."""

CYRILLIC_VOWELS = frozenset("аеёиоуыэюяіїєўѣ")
GREEK_VOWELS = frozenset("αεηιουω")
GREEK_DIPHTHONG = re.compile("[αεου]ι|[αεο]υ")
ACUTE = "\u0301"
FINAL_HEBREW = frozenset("םןךףץ")
THAI_SIGNS = frozenset("ะัาำิีึืุู็่้๊๋์ํๅ")
"""Vowels and marks that no word begins with."""

UNUSUAL_WITHIN_WORD = re.compile("[ìù](?=[a-zA-ZÀ-ɏ])|œ(?=[b-df-hj-np-rsv-z])")
"""Italian has `ì` at the end of words, French `œ` before vowels; Czech `ě` and Polish `ś` may look
like them."""

IMPOSSIBLE, WRONG, STRANGE, RARE = 4.0, 1.0, 0.6, 0.3


def measure_implausibility(text: str) -> float:
    """Return a text's strangeness for each of its characters beyond ASCII: 0 for a usual text."""
    beyond = sum(not letter.isascii() for letter in text)
    if not beyond:
        return 0.0
    cost = sum(map(_measure_sign, text)) + _measure_latin(text)
    cost += WRONG * len(SIGN_WITHIN_WORD.findall(text))
    cost += RARE * len(UNUSUAL_WITHIN_WORD.findall(text))
    for word in _split_words(text):
        if not word.isascii():
            cost += _measure_word(word)
    return cost / beyond


def _split_words(text: str) -> Iterator[str]:
    """Yield runs of letters and of signs beyond ASCII, which stand within words by mistake only."""
    word: list[str] = []
    for letter in text:
        if letter.isalpha() or (not letter.isascii() and letter not in SENTENCE_SIGNS):
            word.append(letter)
        elif word:
            yield "".join(word)
            word = []
    if word:
        yield "".join(word)


def _measure_sign(letter: str) -> float:
    if letter in "\t\n\r":
        return 0.0
    category = unicodedata.category(letter)
    if category in UNUSUAL_CATEGORIES or BOX_DRAWING[0] <= letter <= BOX_DRAWING[1]:
        return IMPOSSIBLE
    if letter.isascii() or letter in SENTENCE_SIGNS:
        return 0.0
    return STRANGE if category[0] in "SNPZ" else 0.0


def _measure_latin(text: str) -> float:
    """Return the cost of the accented letters outside of the language that explains most."""
    accented = [
        letter for letter in text.lower() if not letter.isascii() and _get_script(letter) == "LATIN"
    ]
    if not accented:
        return 0.0
    strangers = [sum(letter not in one for letter in accented) for one in LATIN_ALPHABETS]
    return RARE * min(strangers)


def _measure_word(word: str) -> float:
    scripts = [_get_script(letter) for letter in word]
    cost = 0.0
    accented = sum(not letter.isascii() for letter in word)
    if set(scripts) == {"LATIN"} and len(word) > 2 and accented > MOST_ACCENTED * len(word):
        cost += STRANGE * accented
    if len(set(scripts)) == 1:
        cost += _measure_spelling(word, scripts[0])
    pairs = zip(pairwise(word), pairwise(scripts), strict=True)
    for (before, letter), (script_before, script) in pairs:
        cost += WRONG * (script_before != script)
        cost += WRONG * (before.islower() and letter.isupper())
    for letter, script in zip(word, scripts, strict=True):
        cost += _measure_rarity(letter, script)
    return cost


def _measure_spelling(word: str, script: str) -> float:
    """Return what is against a word's spelling in its script; 0 for nothing."""
    cost = 0.0
    if len(word) > 2 and word.isupper() and script in ("CYRILLIC", "GREEK"):
        cost += RARE * len(word)
    lower = word.lower()
    if script == "CYRILLIC":
        is_spelled = len(word) == 1 or not CYRILLIC_VOWELS.isdisjoint(lower)
        cost += STRANGE * (not is_spelled) + RARE * (lower[0] in "йъь")
        cost += WRONG * sum(
            letter == "й" and before not in CYRILLIC_VOWELS for before, letter in pairwise(lower)
        )
    elif script == "GREEK":
        cost += WRONG * _lacks_accent(word)
    elif script == "HEBREW":
        misplaced = sum(letter in FINAL_HEBREW for letter in word[:-1])
        cost += STRANGE * misplaced
        # A form that is written at the end alone and stands there is hardly there by chance.
        cost -= RARE * (len(word) > 2 and not misplaced and word[-1] in FINAL_HEBREW)
    elif script == "THAI":
        cost += WRONG * (word[0] in THAI_SIGNS)
    return cost


def _lacks_accent(word: str) -> bool:
    """Tell whether a Greek word of two syllables has no accent, which all have in small letters."""
    letters = unicodedata.normalize("NFD", word)
    syllables = sum(letter in GREEK_VOWELS for letter in GREEK_DIPHTHONG.sub("α", letters))
    return word[1:].islower() and syllables > 1 and ACUTE not in letters


def _measure_rarity(letter: str, script: str) -> float:
    frequent = FREQUENT_LETTERS.get(script)
    if frequent is not None:
        return 0.0 if letter.lower() in frequent else RARE
    if script == "IDEOGRAPHS":
        return _measure_ideograph(letter)
    if script == "HANGUL":
        # KS X 1001 has the syllables in use; the codec builds the others of its letters.
        is_daily = 0xB0 <= _get_lead(letter, "euc_kr") <= 0xC8 or letter in CHATTED_LETTERS
        return 0.0 if is_daily else STRANGE
    if script == "HALFWIDTH":
        return WRONG
    return 0.0 if script in USUAL_SCRIPTS else RARE


def _measure_ideograph(letter: str) -> float:
    """Return 0 for kana; the first level of GB 2312 and of Big5 are the ideographs in daily use."""
    if not "\u3400" <= letter <= "\u9fff":
        return 0.0 if letter < "\u3400" else STRANGE
    daily = 0xB0 <= _get_lead(letter, "gb2312") <= 0xD7 or 0xA4 <= _get_lead(letter, "big5") <= 0xC6
    return 0.1 if daily else STRANGE


def _get_lead(letter: str, encoding: str) -> int:
    try:
        return letter.encode(encoding)[0]
    except UnicodeEncodeError:
        return 0


def _get_script(letter: str) -> str:
    script = unicodedata.name(letter, "").partition(" ")[0]
    return "IDEOGRAPHS" if script in IDEOGRAPHS else script
