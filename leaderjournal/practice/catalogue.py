"""The catalogue as it ships: the three keys, their behaviours and our questions.

It is read from `catalogue.toml` once per process and checked as it is read, so that a slip of the
pen stops the start with a sentence about it instead of reaching a leader's evening.
"""

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeGuard

from leaderjournal.practice.rules import Behaviour, Key, Question

KEY_SLUGS = ("lead-from-front", "protect-and-serve", "let-go")
"""The slugs of the three keys, in the order of the practice."""

MIRROR_SCORES: dict[int, str] = {
    1: "not today",
    2: "barely",
    3: "partly",
    4: "mostly",
    5: "my team saw it",
}
"""The mirror scores and their words. They measure a day's conduct, never a person's worth."""

QUESTION_LENGTH = range(40, 161)
"""How many characters a question of the catalogue may have: it is read on a phone."""

ID = re.compile(r"[a-z0-9-]{3,60}")

FIRST_MONTH_DAYS = 30
"""How many days of questions the track of a leader's first month has."""

_FILE = Path(__file__).with_name("catalogue.toml")
_FIRST_MONTH = Path(__file__).with_name("first_month.toml")
_ONE_THING = Path(__file__).with_name("one_thing.toml")


class CatalogueError(ValueError):
    """The catalogue breaks a rule of its own; the message says where, and what is allowed."""


def list_keys() -> tuple[Key, ...]:
    """Return the three keys with their behaviours, in the order of the practice."""
    return _load_catalogue()[0]


def list_questions() -> tuple[Question, ...]:
    """Return every question of the catalogue, by key and behaviour in the order of the practice."""
    return _load_catalogue()[1]


def list_first_month_questions() -> tuple[Question, ...]:
    """Return the questions of a leader's first month, one a day, in order.

    They are no part of the rotation: `questions` does not hold them.
    """
    return _load_first_month()


def list_all_questions() -> tuple[Question, ...]:
    """Return every question that a day may have asked: the catalogue's and the first month's."""
    return list_questions() + list_first_month_questions()


def find_first_month_day(question_id: str) -> int | None:
    """Return which day of the first month asks a question, from 1; None for any other question."""
    ids = [question.id for question in list_first_month_questions()]
    return ids.index(question_id) + 1 if question_id in ids else None


def get_one_thing(behaviour_slug: str) -> str:
    """Return one thing to do for a behaviour. Raises KeyError where there is no such behaviour."""
    return _load_one_things()[behaviour_slug]


def get_key(slug: str) -> Key:
    """Return the key called `slug`. Raises KeyError for any other than those of KEY_SLUGS."""
    return _index_keys()[slug]


def get_behaviour(key_slug: str, slug: str) -> Behaviour:
    """Return the behaviour `slug` of the key `key_slug`. Raises KeyError where it has none such."""
    return _index_behaviours()[key_slug, slug]


def get_question(question_id: str) -> Question:
    """Return the question of an id, the first month's too. Raises KeyError for any other id."""
    return _index_questions()[question_id]


def read_catalogue(toml: str) -> tuple[tuple[Key, ...], tuple[Question, ...]]:
    """Return the keys and questions written in `toml`, in its order.

    Raises CatalogueError where the text is not TOML, where the keys are not those of KEY_SLUGS in
    that order, where a slug, name, line or question is missing or of the wrong shape, or where a
    behaviour or question comes twice or a retired id comes back.
    """
    try:
        document = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"the catalogue is not valid TOML: {error}") from error
    entries = _read_tables(document, "key", "the catalogue")
    read_keys = tuple(_read_key(entry) for entry in entries)
    if tuple(k.slug for k in read_keys) != KEY_SLUGS:
        raise CatalogueError(f"the keys must be {', '.join(KEY_SLUGS)}, in this order")
    read_questions = tuple(q for entry in entries for q in _read_questions(entry))
    _reject_duplicates("behaviour", [b.slug for k in read_keys for b in k.behaviours])
    _reject_duplicates("question", [*_read_retired(document), *(q.id for q in read_questions)])
    return read_keys, read_questions


@cache
def _load_catalogue() -> tuple[tuple[Key, ...], tuple[Question, ...]]:
    return read_catalogue(_FILE.read_text(encoding="utf-8"))


def read_first_month(toml: str, read_keys: tuple[Key, ...]) -> tuple[Question, ...]:
    """Return the questions of the first month written in `toml`. Raises CatalogueError."""
    of_key = {behaviour.slug: k.slug for k in read_keys for behaviour in k.behaviours}
    entries = _read_tables(tomllib.loads(toml), "day", "the first month")
    if len(entries) != FIRST_MONTH_DAYS:
        raise CatalogueError(f"the first month has {len(entries)} days; it needs 30")
    read = []
    for number, entry in enumerate(entries, start=1):
        where = f"day {number} of the first month"
        behaviour, text = _read_line(entry, "behaviour", where), _read_line(entry, "text", where)
        if behaviour not in of_key:
            raise CatalogueError(f"{where} asks about {behaviour!r}, which is no behaviour")
        if len(text) not in QUESTION_LENGTH:
            raise CatalogueError(f"{where} has {len(text)} characters; 40 to 160 are allowed")
        read.append(Question(f"first-month-{number:02}", of_key[behaviour], behaviour, text))
    return tuple(read)


@cache
def _load_first_month() -> tuple[Question, ...]:
    return read_first_month(_FIRST_MONTH.read_text(encoding="utf-8"), list_keys())


def read_one_things(toml: str, read_keys: tuple[Key, ...]) -> dict[str, str]:
    """Return one thing to do for each behaviour, written in `toml`. Raises CatalogueError."""
    found = tomllib.loads(toml)
    behaviours = {behaviour.slug for k in read_keys for behaviour in k.behaviours}
    if odd := behaviours ^ found.keys():
        raise CatalogueError(f"one thing to do is wanted for each behaviour; see {min(odd)}")
    return {slug: _read_line(found, slug, "one thing to do") for slug in found}


@cache
def _load_one_things() -> MappingProxyType[str, str]:
    return MappingProxyType(read_one_things(_ONE_THING.read_text(encoding="utf-8"), list_keys()))


@cache
def _index_keys() -> MappingProxyType[str, Key]:
    return MappingProxyType({k.slug: k for k in list_keys()})


@cache
def _index_behaviours() -> MappingProxyType[tuple[str, str], Behaviour]:
    return MappingProxyType({(k.slug, b.slug): b for k in list_keys() for b in k.behaviours})


@cache
def _index_questions() -> MappingProxyType[str, Question]:
    return MappingProxyType({q.id: q for q in list_all_questions()})


def _read_key(entry: dict[str, Any]) -> Key:
    slug = _read_slug(entry, "a key")
    where = f"the key {slug}"
    return Key(
        slug=slug,
        name=_read_line(entry, "name", where),
        text=_read_line(entry, "text", where),
        behaviours=tuple(_read_behaviour(b) for b in _read_tables(entry, "behaviour", where)),
    )


def _read_behaviour(entry: dict[str, Any]) -> Behaviour:
    slug = _read_slug(entry, "a behaviour")
    where = f"the behaviour {slug}"
    return Behaviour(
        slug, name=_read_line(entry, "name", where), text=_read_line(entry, "text", where)
    )


def _read_questions(key_entry: dict[str, Any]) -> Iterator[Question]:
    for entry in key_entry["behaviour"]:
        texts = entry.get("questions")
        if not isinstance(texts, dict) or not texts:
            raise CatalogueError(f"the behaviour {entry['slug']} needs a table of questions")
        for question_id in texts:
            where = f"the question {question_id}"
            if not ID.fullmatch(question_id):
                raise CatalogueError(f"{where} needs an id of 3 to 60 characters a-z, 0-9 and -")
            text = _read_line(texts, question_id, where, called="text")
            if len(text) not in QUESTION_LENGTH:
                raise CatalogueError(f"{where} has {len(text)} characters; 40 to 160 are allowed")
            yield Question(question_id, key_entry["slug"], entry["slug"], text)


def _read_tables(entry: dict[str, Any], field: str, where: str) -> list[dict[str, Any]]:
    tables = entry.get(field)
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise CatalogueError(f"{where} needs its {field}s, as TOML tables")
    return tables


def _read_slug(entry: dict[str, Any], where: str) -> str:
    slug = _read_line(entry, "slug", where)
    if not ID.fullmatch(slug):
        raise CatalogueError(f"the slug {slug!r} must be 3 to 60 characters a-z, 0-9 and -")
    return slug


def _read_line(entry: dict[str, Any], field: str, where: str, *, called: str = "") -> str:
    line = entry.get(field)
    if not _is_line(line):
        raise CatalogueError(f"{where} needs a {called or field}: one line, no blanks around it")
    return line


def _is_line(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and value != "" and value == " ".join(value.split())


def _read_retired(document: dict[str, Any]) -> list[str]:
    ids = document.get("retired", [])
    if not isinstance(ids, list) or not all(_is_line(name) for name in ids):
        raise CatalogueError("retired needs a list of the ids that were taken out")
    return ids


def _reject_duplicates(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise CatalogueError(f"the {what} {name} comes twice; a name is never used again")
        seen.add(name)
