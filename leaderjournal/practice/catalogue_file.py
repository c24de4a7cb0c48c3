"""Read the files of the catalogue, and check them: each error says where, and what is allowed."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any, TypeGuard

from leaderjournal.practice.rules import Behaviour, Key, Question

KEY_SLUGS = ("lead-from-front", "protect-and-serve", "let-go")
"""The slugs of the three keys, in the order of the practice."""

QUESTION_LENGTH = range(40, 161)
"""How many characters a question of the catalogue may have: it is read on a phone."""

SCORE_SENTENCE = re.compile(r"How far did you [^?]{3,60} today\?")
"""The one form in which a mirror score is asked for, so that "not at all" to "fully" answer it."""

TEAM_SENTENCE = re.compile(r"How far did \{leader\} [^?{}]{3,60} in \{month\}\?")
"""The same of a month, as the team scores its leader."""

ID = re.compile(r"[a-z0-9-]{3,60}")

FIRST_MONTH_DAYS = 30
"""How many days of questions a leader's first month has."""


class CatalogueError(ValueError):
    """The catalogue breaks one of its rules; the message says where, and what is allowed."""


def read_catalogue(toml: str) -> tuple[tuple[Key, ...], tuple[Question, ...]]:
    """Return the keys and questions written in `toml`, in its order.

    Raises CatalogueError if the text is not TOML, if the keys are not those of KEY_SLUGS in
    that order, if a slug, name, line, sentence or question is missing or malformed, if a behaviour,
    sentence or question is repeated, or if a retired id is used again.
    """
    try:
        document = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise CatalogueError(f"the catalogue is not valid TOML: {error}") from error
    entries = _read_tables(document, "key", "the catalogue")
    keys = tuple(_read_key(entry) for entry in entries)
    if tuple(key.slug for key in keys) != KEY_SLUGS:
        raise CatalogueError(f"the keys must be {', '.join(KEY_SLUGS)}, in this order")
    questions = tuple(question for entry in entries for question in _read_questions(entry))
    _reject_duplicates("behaviour", [b.slug for key in keys for b in key.behaviours])
    _reject_duplicates("score sentence", list(_iter_score_sentences(keys)))
    _reject_duplicates("question", [*_read_retired(document), *(q.id for q in questions)])
    return keys, questions


def read_first_month(toml: str, keys: tuple[Key, ...]) -> tuple[Question, ...]:
    """Return the questions of the first month written in `toml`. Raises CatalogueError."""
    key_of = {behaviour.slug: key.slug for key in keys for behaviour in key.behaviours}
    entries = _read_tables(tomllib.loads(toml), "day", "the first month")
    if len(entries) != FIRST_MONTH_DAYS:
        raise CatalogueError(f"the first month has {len(entries)} days; it needs 30")
    questions = []
    for number, entry in enumerate(entries, start=1):
        where = f"day {number} of the first month"
        behaviour, text = _read_line(entry, "behaviour", where), _read_line(entry, "text", where)
        if behaviour not in key_of:
            raise CatalogueError(f"{where} asks about {behaviour!r}, which is no behaviour")
        if len(text) not in QUESTION_LENGTH:
            raise CatalogueError(f"{where} has {len(text)} characters; 40 to 160 are allowed")
        questions.append(Question(f"first-month-{number:02}", key_of[behaviour], behaviour, text))
    return tuple(questions)


def read_one_things(toml: str, keys: tuple[Key, ...]) -> dict[str, str]:
    """Return one thing to do for each behaviour, written in `toml`. Raises CatalogueError."""
    found = tomllib.loads(toml)
    behaviours = {behaviour.slug for key in keys for behaviour in key.behaviours}
    if odd := behaviours ^ found.keys():
        raise CatalogueError(f"one thing to do is wanted for each behaviour; see {min(odd)}")
    return {slug: _read_line(found, slug, "one thing to do") for slug in found}


def _read_key(entry: dict[str, Any]) -> Key:
    slug = _read_slug(entry, "a key")
    where = f"the key {slug}"
    return Key(
        slug=slug,
        name=_read_line(entry, "name", where),
        text=_read_line(entry, "text", where),
        score_sentence=_read_score_sentence(entry, where),
        team_sentence=_read_team_sentence(entry, where),
        behaviours=tuple(_read_behaviour(b) for b in _read_tables(entry, "behaviour", where)),
    )


def _read_behaviour(entry: dict[str, Any]) -> Behaviour:
    slug = _read_slug(entry, "a behaviour")
    where = f"the behaviour {slug}"
    return Behaviour(
        slug,
        name=_read_line(entry, "name", where),
        text=_read_line(entry, "text", where),
        score_sentence=_read_score_sentence(entry, where),
    )


def _read_score_sentence(entry: dict[str, Any], where: str) -> str:
    sentence = _read_line(entry, "score", where)
    if not SCORE_SENTENCE.fullmatch(sentence):
        raise CatalogueError(f'the score of {where} must be "How far did you … today?", and short')
    return sentence


def _read_team_sentence(entry: dict[str, Any], where: str) -> str:
    sentence = _read_line(entry, "team_score", where)
    if not TEAM_SENTENCE.fullmatch(sentence):
        form = "How far did {leader} … in {month}?"
        raise CatalogueError(f'the team_score of {where} must be "{form}", and short')
    return sentence


def _iter_score_sentences(keys: tuple[Key, ...]) -> Iterator[str]:
    for key in keys:
        yield key.score_sentence
        yield from (behaviour.score_sentence for behaviour in key.behaviours)


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
