"""Front matter: the fields that a text begins with, as YAML between `---` or TOML between `+++`.

Templates leave in it what is no YAML: `title: {{date}}`, `tags: #work`. Then its lines are read one
by one, so that a text loses neither its date nor its words, and has no line of it among them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

import yaml

from leaderjournal.portability.imports.dates_in_names import find_date
from leaderjournal.portability.imports.month_names import fold_words
from leaderjournal.portability.imports.rules import InvalidEntry

FRONT_MATTER = re.compile(
    r"\A(---|\+\+\+)[ \t]*\n(.*?)^\1[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
LONGEST_FRONT_MATTER = 20_000
RULES = ("---", "+++")
MOST_BRACKETS = 500
MOST_DOTS = 20
FIELD = re.compile(r"([^\s:=#{}\[\]'\"<>-][^:=\n]{0,60}?|\"[^\"\n]+\")\s*[:=](?:\s+(.*))?")
LIST_ITEM = re.compile(r"-(?:\s+(.*))?")
TEMPLATE = re.compile(r"\{\{[^{}]*\}\}|<%[^%]*%>")
COMMENT_OR_TAG = re.compile(r"#(?=\S)")

# In several languages, each as `simplify_name` returns it.
DATE_FIELDS = (
    *("date", "day", "journalday", "entrydate", "journaldate", "datum", "fecha", "data", "dato"),
    *("dia", "giorno", "jour", "dag", "dzien", "den", "nap", "paiva", "paivamaara"),
    *("paivays", "pvm", "tarih", "gun", "дата", "день", "ημερομηνια", "日付", "日期", "日"),
    *("날짜", "תאריך", "التاريخ", "تاريخ", "tanggal", "kuupaev", "datums", "dagsetning"),
)
AMBIGUOUS_FIELDS = frozenset({"data", "dag", "dia", "den", "nap", "gun"})
"""Fields of the date that are words of another language, too: they are where they hold a date."""
CREATED_FIELDS = (
    *("created", "createdat", "createdon", "createddate", "createdtime", "datecreated"),
    *("creationdate", "creationtime", "ctime", "birthtime"),
    *("erstellt", "erstelltam", "erstelldatum", "cree", "creele", "creado", "criado", "criadoem"),
    *("creato", "aangemaakt", "skapad", "oprettet", "opprettet", "luotu", "utworzono"),
    *("vytvoreno", "letrehozva", "olusturuldu", "olusturulma", "создано", "создан", "створено"),
    *("作成日", "作成日時", "创建日期", "创建时间", "建立日期", "생성일", "만든날짜"),
)
TIME_FIELDS = (
    *("time", "hour", "zeit", "uhrzeit", "heure", "hora", "ora", "tijd", "tid", "klo", "aika"),
    *(
        "czas",
        "godzina",
        "cas",
        "ido",
        "saat",
        "время",
        "час",
        "ωρα",
        "時刻",
        "時間",
        "时间",
        "시간",
    ),
)
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
                if simplify_name(name) == wanted:
                    yield from _flatten(value)


def split_front_matter(text: str) -> FrontMatter:
    """Return the front matter of a text with `\\n` between its lines, and the text after it.

    What stands between two rules and is no fields belongs to the text. Raises InvalidEntry for
    front matter of more than 20,000 characters.
    """
    found = FRONT_MATTER.match(text)
    if found is None:
        return _split_broken(text, None)
    rule, block = found.groups()
    if len(block) > LONGEST_FRONT_MATTER:
        raise InvalidEntry(f"Its front matter is longer than {LONGEST_FRONT_MATTER:,} characters.")
    body = text[found.end() :]
    try:
        fields = _parse_toml(block) if rule == "+++" else _parse_yaml(block)
    except (yaml.YAMLError, tomllib.TOMLDecodeError, ValueError, RecursionError):
        lines = _parse_lines(block)
        if lines is None:
            return _split_broken(text, found)
        return FrontMatter(lines, body, is_broken=True)
    if fields is None:
        return FrontMatter(body=body)
    return FrontMatter(fields, body) if isinstance(fields, dict) else FrontMatter(body=text)


def describe_fields(front: FrontMatter) -> str:
    """Return the tags, the mood, the place and what else the fields say in words, as one line."""
    parts = []
    for name, value in front.fields.items():
        simple = simplify_name(name)
        words = [plain for one in _flatten(value) if (plain := _clean(one, simple))]
        is_setting = simple in TECHNICAL_FIELDS or all(one.lower() in SWITCHES for one in words)
        if simple in AMBIGUOUS_FIELDS:
            is_setting = any(find_date(one) is not None for one in words)
        if front.is_broken:
            words = [one for one in map(_repair_value, words) if one]
            is_setting = True
        if words and (simple in WORD_FIELDS or not is_setting):
            parts.append(f"{name.strip()}: {', '.join(words)}")
    return " · ".join(parts)


def find_title(front: FrontMatter) -> str:
    """Return the title that the fields give; nothing where it is a date or left to a template."""
    for title in front.list_values("title"):
        plain = _clean(title, "title")
        plain = _repair_value(plain) if front.is_broken else plain
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


def _split_broken(text: str, found: re.Match[str] | None) -> FrontMatter:
    """Return the fields that front matter has in part, where one of them is a date.

    In a block without an empty line, what is no field is left out. Else they end with the first
    line that is none: the second rule may be missing, or be one of the text.
    """
    rule, _, rest = text[:LONGEST_FRONT_MATTER].partition("\n")
    if rule.strip() not in RULES:
        return FrontMatter(body=text)
    if found is not None and "\n\n" not in found[2]:
        block, body = found[2], text[found.end() :]
    else:
        lines = rest.split("\n")
        number = next((n for n, line in enumerate(lines) if not _is_field(line)), len(lines))
        block = "\n".join(lines[:number])
        body = text[len(rule) + 1 + len(block) :].lstrip("\n")
    fields = _parse_lines("\n".join(line for line in block.split("\n") if _is_field(line)))
    front = FrontMatter(fields or {}, body, is_broken=True)
    dates = front.list_values(*DATE_FIELDS, *CREATED_FIELDS)
    is_dated = any(find_date(one) is not None for one in dates)
    return front if is_dated else FrontMatter(body=text)


def _is_field(line: str) -> bool:
    plain = line.strip()
    return bool(plain) and (
        FIELD.fullmatch(plain) is not None
        or LIST_ITEM.fullmatch(plain) is not None
        or line[0].isspace()
        or plain.startswith("# ")
    )


def _repair_value(value: str) -> str:
    """Return a value of broken front matter as words; nothing for one that is a piece of syntax."""
    plain = value.strip(" []\"',")
    pairs = (("[", "]"), ("{", "}"), ("(", ")"))
    is_whole = all(plain.count(opening) == plain.count(closing) for opening, closing in pairs)
    return plain if is_whole and plain.count('"') % 2 == 0 and plain[:1] not in "{}&*|>%`" else ""


def _unquote(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    if value.startswith("[") and value.endswith("]") and not value.startswith("[["):
        return value[1:-1]
    return value


def simplify_name(name: Any) -> str:
    """Return a field's name without case, accents, spaces, `_` and `-`."""
    return re.sub(r"[\s_-]", "", fold_words(str(name)))


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
