"""The catalogue that comes with the journal: the three keys, their behaviours and our questions.

It is read from `catalogue.toml` once per process and checked by `catalogue_file`, so that a typing
error stops the start with a sentence about it instead of reaching a leader's evening.
"""

from functools import cache
from pathlib import Path
from types import MappingProxyType

from leaderjournal.practice.catalogue_file import (
    FIRST_MONTH_DAYS,
    KEY_SLUGS,
    CatalogueError,
    read_catalogue,
    read_first_month,
    read_one_things,
)
from leaderjournal.practice.rules import Behaviour, Key, Question

__all__ = [
    "FIRST_MONTH_DAYS",
    "KEY_SLUGS",
    "MIRROR_SCORES",
    "TOP_SCORE_HINT",
    "CatalogueError",
    "find_first_month_day",
    "get_behaviour",
    "get_key",
    "get_one_thing",
    "get_question",
    "get_score_sentence",
    "list_all_questions",
    "list_first_month_questions",
    "list_keys",
    "list_questions",
]

MIRROR_SCORES: dict[int, str] = {
    1: "not at all",
    2: "a little",
    3: "partly",
    4: "mostly",
    5: "fully",
}
"""The mirror scores and their words: how far, from one end to the other.

They answer a score sentence, and measure a day's conduct, never a person's worth.
"""

TOP_SCORE_HINT = "my team would say so"
"""What the highest mirror score means to a leader who hesitates."""


def list_keys() -> tuple[Key, ...]:
    """Return the three keys with their behaviours, in the order of the practice."""
    return _load_catalogue()[0]


def list_questions() -> tuple[Question, ...]:
    """Return every question of the catalogue, by key and behaviour in the order of the practice."""
    return _load_catalogue()[1]


@cache
def list_first_month_questions() -> tuple[Question, ...]:
    """Return the questions of a leader's first month, one a day, in order.

    They are not in the rotation: `list_questions` leaves them out.
    """
    return read_first_month(_read_file("first_month.toml"), list_keys())


def list_all_questions() -> tuple[Question, ...]:
    """Return every question a day may have served: the catalogue's and the first month's."""
    return list_questions() + list_first_month_questions()


def find_first_month_day(question_id: str) -> int | None:
    """Return which day of the first month asks a question, from 1; None for other questions."""
    ids = [question.id for question in list_first_month_questions()]
    return ids.index(question_id) + 1 if question_id in ids else None


def get_one_thing(behaviour_slug: str) -> str:
    """Return one thing to do for a behaviour. Raises KeyError if there is no such behaviour."""
    return _load_one_things()[behaviour_slug]


def get_key(slug: str) -> Key:
    """Return the key called `slug`. Raises KeyError if it is not one of KEY_SLUGS."""
    return _index_keys()[slug]


def get_behaviour(key_slug: str, slug: str) -> Behaviour:
    """Return the behaviour `slug` of the key `key_slug`. Raises KeyError if it has no such one."""
    return _index_behaviours()[key_slug, slug]


def get_question(question_id: str) -> Question:
    """Return a question, including the first month's, by its id. Raises KeyError."""
    return _index_questions()[question_id]


def get_score_sentence(key_slug: str, behaviour: str | None) -> str:
    """Return what a mirror score answers, of a behaviour or else of the key. Raises KeyError."""
    return get_key(key_slug).get_score_sentence(behaviour)


@cache
def _load_catalogue() -> tuple[tuple[Key, ...], tuple[Question, ...]]:
    return read_catalogue(_read_file("catalogue.toml"))


@cache
def _load_one_things() -> MappingProxyType[str, str]:
    return MappingProxyType(read_one_things(_read_file("one_thing.toml"), list_keys()))


@cache
def _index_keys() -> MappingProxyType[str, Key]:
    return MappingProxyType({key.slug: key for key in list_keys()})


@cache
def _index_behaviours() -> MappingProxyType[tuple[str, str], Behaviour]:
    return MappingProxyType({(k.slug, b.slug): b for k in list_keys() for b in k.behaviours})


@cache
def _index_questions() -> MappingProxyType[str, Question]:
    return MappingProxyType({question.id: question for question in list_all_questions()})


def _read_file(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
