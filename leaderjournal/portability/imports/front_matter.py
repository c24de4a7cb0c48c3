"""Front matter: the fields that a text begins with, as YAML between `---` or TOML between `+++`.

Templates leave in it what is no YAML: `title: {{date}}`, `tags: #work`. Then its lines are read one
by one, so that a text loses neither its date nor its words.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import yaml

from leaderjournal.portability.imports.dates_in_names import find_date
from leaderjournal.portability.imports.rules import InvalidEntry

FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
LONGEST_FRONT_MATTER = 20_000
MOST_BRACKETS = 500
MOST_DOTS = 20
FIELD = re.compile(r"([^\s:=#{}\[\]'\"<>-][^:=\n]{0,60}?|\"[^\"\n]+\")\s*[:=](?:\s+(.*))?")
LIST_ITEM = re.compile(r"-(?:\s+(.*))?")
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|<%[^%]*%>")
COMMENT_OR_TAG = re.compile(r"#(?=\S)")

DATE_FIELDS = ("date", "day", "journalday", "entrydate", "journaldate", "datum", "fecha")
CREATED_FIELDS = (
    *("created", "createdat", "createdon", "createddate", "createdtime", "datecreated"),
    *("creationdate", "creationtime", "ctime", "birthtime"),
)
TIME_FIELDS = ("time", "hour")
TAG_FIELDS = ("tags", "tag", "keywords", "categories", "category", "activities", "people")
WORD_FIELDS = (
    *TAG_FIELDS,
    *("mood", "feeling", "place", "location", "weather", "star", "starred", "favorite"),
    *("favourite", "rating"),
)
TECHNICAL_FIELDS = frozenset(
    {
        *("alias", "aliases", "cssclass", "cssclasses", "publish", "template", "type", "layout"),
        *("draft", "permalink", "slug", "lang", "id", "uuid", "uid", "banner", "cover", "icon"),
        *("up", "prev", "next", "previous", "yesterday", "tomorrow", "week", "month", "year"),
        *("quarter", "weekday", "timezone", "updated", "updatedat", "modified", "modifiedat"),
        *("lastmod", "mtime", "title", "author", "version", "words", "kanbanplugin"),
        *("excalidrawplugin", "source", "url", "writtenat"),
        *DATE_FIELDS,
        *CREATED_FIELDS,
        *TIME_FIELDS,
    }
)
"""Fields by which an app arranges its notes, whose values are no words of a day."""
SWITCHES = frozenset({"true", "false", "yes", "no", "on", "off", "null", "none"})


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """The fields of a text, whose values are strings, lists or mappings, and the text after them.

    `is_broken` tells that they are no YAML or TOML; the values that could be read are there.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    body: str = ""
    is_broken: bool = False

    def list_values(self, *names: str) -> Iterator[str]:
        """Yield the texts in the fields called so; case, spaces, `_` and `-` do not matter."""
        for wanted in names:
            for name, value in self.fields.items():
                if _simplify(name) == wanted:
                    yield from _flatten(value)


def split_front_matter(text: str) -> FrontMatter:
    """Return the front matter of a text with `\\n` between its lines, and the text after it.

    What stands between two rules and is no fields belongs to the text. Raises InvalidEntry for
    front matter of more than 20,000 characters.
    """
    found = FRONT_MATTER.match(text)
    if found is None:
        return FrontMatter(body=text)
    rule, block = found.groups()
    if len(block) > LONGEST_FRONT_MATTER:
        raise InvalidEntry(f"Its front matter is longer than {LONGEST_FRONT_MATTER:,} characters.")
    body = text[found.end() :]
    try:
        fields = _parse_toml(block) if rule == "+++" else _parse_yaml(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        lines = _parse_lines(block)
        return FrontMatter(lines or {}, text if lines is None else body, is_broken=True)
    if fields is None:
        return FrontMatter(body=body)
    return FrontMatter(fields, body) if isinstance(fields, dict) else FrontMatter(body=text)


def describe_fields(front: FrontMatter) -> str:
    """Return the tags, the mood, the place and what else the fields say in words, as one line."""
    parts = []
    for name, value in front.fields.items():
        simple = _simplify(name)
        words = [plain for one in _flatten(value) if (plain := _clean(one, simple))]
        is_setting = simple in TECHNICAL_FIELDS or all(one.lower() in SWITCHES for one in words)
        if words and (simple in WORD_FIELDS or not is_setting):
            parts.append(f"{name.strip()}: {', '.join(words)}")
    return " · ".join(parts)


def find_title(front: FrontMatter) -> str:
    """Return the title that the fields give; nothing where it is a date or left to a template."""
    for title in front.list_values("title"):
        plain = _clean(title, "title")
        if plain and find_date(plain) is None:
            return plain
    return ""


def _parse_yaml(block: str) -> Any:
    if block.count("[") + block.count("{") > MOST_BRACKETS:
        raise yaml.YAMLError("too many brackets")  # the parser's time is quadratic over their depth
    # A few aliases of aliases would unfold to millions of values, and no note has any.
    if "*" in block and any(isinstance(one, yaml.AliasEvent) for one in yaml.parse(block)):
        raise yaml.YAMLError("aliases")
    # Every value as a string: YAML 1.1 makes 08:30 a number, no a truth and a bad date an error.
    return yaml.load(block, Loader=yaml.BaseLoader)  # noqa: S506 - it makes no objects


def _parse_toml(block: str) -> dict[str, Any]:
    keys = (line.partition("=")[0] for line in block.split("\n"))
    if any(key.count(".") > MOST_DOTS for key in keys):
        raise ValueError("a key of too many parts")  # as with brackets
    return {name: _to_text(value) for name, value in tomllib.loads(block).items()}


def _to_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _to_text(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_to_text(one) for one in value]
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)


def _parse_lines(block: str) -> dict[str, Any] | None:
    """Return the fields of front matter line by line; None where a line is a sentence."""
    fields: dict[str, Any] = {}
    name = None
    for line in block.split("\n"):
        plain = line.strip()
        if not plain or plain.startswith("# "):
            continue
        found = FIELD.fullmatch(plain)
        item = LIST_ITEM.fullmatch(plain)
        if found is not None and (name is None or not line[0].isspace()):
            name = found[1].strip('"')
            fields[name] = [_unquote(found[2])] if found[2] else []
        elif name is not None and (item is not None or line[0].isspace()):
            fields[name].append(_unquote((item[1] or "") if item is not None else plain))
        else:
            return None
    return fields


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    if value.startswith("[") and value.endswith("]") and not value.startswith("[["):
        return value[1:-1]
    return value


def _simplify(name: Any) -> str:
    return re.sub(r"[\s_-]", "", str(name)).casefold()


def _flatten(value: Any, depth: int = 3) -> Iterator[str]:
    """Yield the texts in a value; of a mapping each with its name."""
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, list) and depth:
        for one in value:
            yield from _flatten(one, depth - 1)
    elif isinstance(value, dict) and depth:
        for name, one in value.items():
            yield from (f"{name} {text}" for text in _flatten(one, depth - 1))


def _clean(text: str, simple_name: str) -> str:
    """Return a value as words, without placeholders and the signs of links and tags."""
    text = TEMPLATE.sub("", text).strip()
    text = text.replace("[[", "").replace("]]", "")
    if simple_name in TAG_FIELDS:
        text = COMMENT_OR_TAG.sub("", text)
    return " ".join(text.split()) if text.casefold() not in ("null", "~", "false") else ""
