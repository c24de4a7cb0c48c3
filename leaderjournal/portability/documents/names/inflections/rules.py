"""How languages change a name in a sentence: more forms than any of them has, and never fewer.

The lists are of cases alone (genitive, dative …) in the languages of Europe with cases, and of the
prefixes of Arabic and Hebrew. Everything is folded, so that ę stands here as e.
"""

from collections.abc import Iterable, Iterator

from leaderjournal.kernel.letters.folding.rules import get_script


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_LATIN = _split("""
s es n e en ens ns
a i o u y em om im am um an on in ie ia ii iem owi owie ovi ova ove ou ech ach ami ami ow ov
lla lle lta ssa sta na tta ksi han hen ni nsa aa kin kaan
l le lt st sse ga ks ta
nak nek val vel t at et ot rol tol hoz hez ban ben ba be ra re ert ig ek ed
nin nun un ya ye da de dan den la yi
ri ren rekin k
ui as is us ai iai
ar ur ul ului ei
chen lein
""")
_LATIN_AFTER_VOWEL = _split("""
y i e o u a ie ii ou oj om em ej ami ach am os ai ui an s n
""")
_SLAVIC_SOFTENINGS = {
    "ta": "cie",
    "da": "dzie",
    "ka": "ce",
    "ga": "dze",
    "ra": "rze",
    "la": "le",
    "sta": "scie",
    "ha": "se",
    "cha": "sze",
    "zda": "zdzie",
}
_CYRILLIC = _split("""
а у ю я ом ем ой ей ою ею и ы е о і ї ові еві єві єм ам ами ах ов ев ова ева ин ина
""")
_CYRILLIC_AFTER_VOWEL = _split("ы и е у ю ой ей ою ею і ї о я є ій ів ин")
_GREEK = _split("ου ο ε α η ησ ασ οσ εσ ων ουσ")

_PREFIXES = {
    "ARABIC": _split("و ف ب ل ك س ال وال بال لل ول وب فل"),
    "HEBREW": _split("ו ב ל ה מ ש כ וב ול ומ ושל של כש שה וה לה"),
}

VOWELS = frozenset("aeiouyаеиоуыэюяіїє")
SHORTEST = 3
"""A name of fewer letters has no endings but the genitive's s: too many words begin with it."""


def list_inflections(word: str) -> Iterator[str]:
    """Yield the forms of a folded word in the languages of its script, without the word itself."""
    script = get_script(word[0])
    for prefix in _PREFIXES.get(script, ()):
        yield f"{prefix}{word}"
    if len(word) < SHORTEST:
        return
    if script == "LATIN":
        yield from _list_latin(word)
    elif script == "CYRILLIC":
        yield from _list_endings(word, _CYRILLIC, _CYRILLIC_AFTER_VOWEL)
        if word[-1] in "ьй":
            yield from _add(word[:-1], _CYRILLIC)
    elif script == "GREEK":
        yield f"{word}σ"
        stem = word.rstrip("σ")
        yield stem
        yield from _add(stem[:-1], _GREEK)


def _list_latin(word: str) -> Iterator[str]:
    yield from _list_endings(word, _LATIN, _LATIN_AFTER_VOWEL)
    if word[-1] == "s":  # Lithuanian Jonas, Finnish Jonas
        yield from _add(word[:-2], _LATIN_AFTER_VOWEL)
        yield from _add(f"{word[:-1]}kse", ("n", "lla", "lle", "lta", "ssa", "sta", "en"))
    for ending, softened in _SLAVIC_SOFTENINGS.items():
        if word.endswith(ending):
            yield word.removesuffix(ending) + softened
    if len(word) > 3 and word[-1] in VOWELS and word[-2] == word[-3]:  # Finnish Pekka, Matti
        yield from _add(word[:-2] + word[-1], _LATIN)


def _list_endings(word: str, endings: Iterable[str], after_vowel: Iterable[str]) -> Iterator[str]:
    yield from _add(word, endings)
    if word[-1] in VOWELS:
        yield from _add(word[:-1], after_vowel)
    elif len(word) > 3 and word[-2] in "eе" and word[-3] not in VOWELS:  # Marek, Павел
        yield from _add(word[:-2] + word[-1], endings)


def _add(stem: str, endings: Iterable[str]) -> Iterator[str]:
    for ending in endings:
        yield f"{stem}{ending}"
