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
ten tan le la yle yla ler lar lere lara leri lari lerin larin gil giller
uv in ina ino nal nel
""")
_LATIN_AFTER_VOWEL = _split("""
y i e o u a ie ii ou oj om em ej ami ach am os ai ui an s n
im um in ina ino iene aite yte ute
""")
_LATIN_ADJECTIVES = _split("i y a e ie iego iemu im iej ich imi ego emu ym ej ych ymi ou ymi")
_FINNISH = _split("n lla lle lta ssa sta ksi a ta na tta en")
_FINNIC_AFTER_CONSONANT = _split("ga le lt l s st sse ks ta na ni n lla lle lta ssa sta ksi")
_GRADATIONS = dict(
    pair.split(":") for pair in _split("nt:nn nk:ng lt:ll rt:rr mp:mm ht:hd t:d p:v k:")
)
"""How Finnish weakens what stands before a name's last vowel: Lahti, Lahden."""
_VOICED = {"t": "d", "p": "b", "k": "g"}
"""How Turkish softens a name's end before a vowel: Ahmet, Ahmedin."""
_HUNGARIAN_DIGRAPHS = frozenset({"cs", "sz", "gy", "ny", "zs", "ty", "ly"})
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
    "r": "rze",
    "t": "cie",
    "d": "dzie",
}
_CYRILLIC = _split("""
а у ю я ом ем ой ей ою ею и ы е о і ї ові еві єві єм ам ами ах ов ев ова ева ин ина
ым ых ыми им их ими ову ек
""")
_CYRILLIC_AFTER_VOWEL = _split(
    "ы и е у ю ой ей ою ею і ї о я є ій ів ин ом ых ым ыми ам ами ах их им"
)
_CYRILLIC_ADJECTIVES = _split("""
ий ый ой ого его ому ему ым им ом ем ая яя ую юю ей ою ею ое ее ые ие ых их ыми ими
ого ьому ому им ої ій у а і их ими
""")
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
    for spelled in (word, *_list_arabic_endings(word)):
        yield from (f"{prefix}{spelled}" for prefix in _PREFIXES.get(script, ()))
        if spelled != word:
            yield spelled
    if len(word) < SHORTEST:
        return
    if script == "LATIN":
        yield from _list_latin(word)
    elif script == "CYRILLIC":
        yield from _list_endings(word, _CYRILLIC, _CYRILLIC_AFTER_VOWEL)
        if word[-1] in "ьй":
            yield from _add(word[:-1], _CYRILLIC)
        if word.endswith(("ий", "ый", "ой", "ая", "яя")) and len(word) > SHORTEST + 1:
            yield from _add(word[:-2], _CYRILLIC_ADJECTIVES)
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
    if word[-1] in "iy" or word.endswith(("ska", "cka", "zka")):  # Kowalski, Jerzy, Kowalska
        yield from _add(word[:-1], _LATIN_ADJECTIVES)
    if word.endswith("ia"):  # Zosia
        yield word[:-1]
    yield from _list_finnic(word)
    yield from _list_before_vowels(word)


def _list_finnic(word: str) -> Iterator[str]:
    """Yield forms of Finnish and Estonian: Virtasen, Lahdelle, Laineelle, Tammega."""
    if word.endswith("nen"):
        yield from _add(f"{word[:-3]}se", _FINNISH)
        yield from _add(f"{word[:-3]}s", ("ta", "ten", "ia"))
    if word[-1] not in VOWELS:
        for vowel in "aeiu":
            yield from _add(f"{word}{vowel}", _FINNIC_AFTER_CONSONANT)
        return
    if word[-1] == "e":
        yield from _add(f"{word}e", _FINNISH)
    if word[-1] == "i":
        yield from _add(f"{word[:-1]}e", _FINNISH)
    for strong, weak in _GRADATIONS.items():
        if word[:-1].endswith(strong) and len(word) > SHORTEST:
            stem = word[:-1].removesuffix(strong) + weak
            yield from _add(f"{stem}{word[-1]}", _FINNISH)
            if word[-1] == "i":
                yield from _add(f"{stem}e", _FINNISH)


def _list_before_vowels(word: str) -> Iterator[str]:
    """Yield forms whose ending changes the last consonant, in Turkish and Hungarian."""
    if voiced := _VOICED.get(word[-1]):
        yield from _add(f"{word[:-1]}{voiced}", ("", "i", "u", "in", "un", "e", "a", "im", "iniz"))
    if word[-2:] in _HUNGARIAN_DIGRAPHS:
        yield from _add(f"{word[:-2]}{word[-2]}{word[-2:]}", ("al", "el", "a", "e"))
    elif word[-1] not in VOWELS:
        yield from _add(f"{word}{word[-1]}", ("al", "el", "a", "e"))


def _list_arabic_endings(word: str) -> Iterator[str]:
    """Yield a name with its last letter as it is often typed, and as it is before an ending."""
    last = {"ة": "هت", "ه": "ةت", "ى": "يا", "ي": "ى"}.get(word[-1], "")
    yield from (f"{word[:-1]}{letter}" for letter in last if len(word) >= SHORTEST)


def _list_endings(word: str, endings: Iterable[str], after_vowel: Iterable[str]) -> Iterator[str]:
    yield from _add(word, endings)
    if word[-1] in VOWELS:
        yield from _add(word[:-1], after_vowel)
    elif len(word) > 3 and word[-2] in "eе" and word[-3] not in VOWELS:  # Marek, Павел
        yield from _add(word[:-2] + word[-1], endings)


def _add(stem: str, endings: Iterable[str]) -> Iterator[str]:
    for ending in endings:
        yield f"{stem}{ending}"
