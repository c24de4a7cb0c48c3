"""What a leader reads is said as people say it: phrases that no longer stand anywhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

FORBIDDEN = {
    r"whoever": "people who …",
    r"whom": "who",
    r"shall": "will, or a plain question",
    r"such a one": "the noun",
    r"that one": "the noun",
    r"note it": "Log it",
    r"noted": "logged, saved",
    r"when we ask you": "Reminders",
    r"moving in and out|move in or out": "Import and export",
    r"br(?:ing|ings|ought|inging) (?:it |them |this )?in": "import",
    r"take (?:it |them |this )?(?:all )?back|taken (?:all )?back": "undo",
    r"found again": "search",
    r"hand-offs held|for 90 days or longer": "still with them after 90 days",
    r"stands? first": "come first",
    r"will stand here": "You'll see …",
    r"three keys, one minute": "Three questions, one minute",
    r"how directly did something you did": "what did you do",
    r"(?:is|are) not asked from": "You won't see …",
    r"goes again": "is removed",
    r"e-mails?": "email",
}
"""Phrases, as regular expressions, and what to say instead."""

ALLOWED = {
    ("leaderjournal/practice/first_month.toml", "taken back"): "of work that was given away",
}
"""Where a phrase may stand, and why."""

TAGS = re.compile(r"\{#.*?#\}|\{%.*?%\}|<(?:script|style)\b.*?</(?:script|style)>", re.DOTALL)
READ_ATTRIBUTES = re.compile(r'(?:placeholder|aria-label|title|alt|content)="([^"]*)"')
MARKUP = re.compile(r"<[^>]*>|\{\{.*?\}\}", re.DOTALL)
IN_BRACES = re.compile(r"\{\{(.*?)\}\}|\{%(.*?)%\}", re.DOTALL)
QUOTED = re.compile(r'"((?:[^"\\\n]|\\.)*)"|\'((?:[^\'\\\n]|\\.)*)\'|`((?:[^`\\]|\\.)*)`')
COMMENT = re.compile(r"/\*.*?\*/|(?m:(?:^|(?<=[\s;{}(,]))//.*$)", re.DOTALL)


def read_template(text: str) -> Iterator[str]:
    """Yield the text of a template, its attributes that are read, and strings in its braces."""
    without_comments = re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL)
    for inner in IN_BRACES.finditer(without_comments):
        yield from (found[1] or found[2] or "" for found in QUOTED.finditer(inner[0]))
    shown = TAGS.sub(" ", without_comments)
    yield from READ_ATTRIBUTES.findall(shown)
    yield MARKUP.sub(" ", shown)


def read_script(text: str) -> Iterator[str]:
    """Yield the strings of a script."""
    for found in QUOTED.finditer(COMMENT.sub("", text)):
        yield found[1] or found[2] or found[3] or ""


def read_module(text: str) -> Iterator[str]:
    """Yield the strings of a Python module that are no docstrings."""
    tree = ast.parse(text)
    docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        is_text = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if is_text and id(node) not in docstrings and " " in node.value.strip():
            yield node.value


def read_list(text: str) -> Iterator[str]:
    """Yield the strings of a catalogue."""
    yield from (line for line in text.splitlines() if not line.lstrip().startswith("#"))


READERS = {
    "templates/**/*.html": read_template,
    "templates/**/*.txt": read_template,
    "static/js/**/*.js": read_script,
    "leaderjournal/**/*.py": read_module,
    "leaderjournal/practice/*.toml": read_list,
}
NOT_READ = ("leaderjournal/migrations/", "templates/styleguide/", "static/vendor/")


def list_phrases() -> list[str]:
    """Return each forbidden phrase that stands somewhere, with its file and what to say."""
    wrong = []
    for pattern, read in READERS.items():
        for file in sorted(ROOT.glob(pattern)):
            place = file.relative_to(ROOT).as_posix()
            if not place.startswith(NOT_READ):
                wrong += [
                    f"{place}: {phrase}" for phrase in find_phrases(read(file.read_text()), place)
                ]
    return wrong


def find_phrases(texts: Iterator[str], place: str) -> Iterator[str]:
    for text in texts:
        for phrase, instead in FORBIDDEN.items():
            found = re.search(rf"(?<![\w-])(?:{phrase})(?![\w-])", text, re.IGNORECASE)
            if found and (place, found[0].lower()) not in ALLOWED:
                around = " ".join(text[max(0, found.start() - 40) : found.end() + 40].split())
                yield f"“{found[0]}” (say: {instead}) in “{around}”"


def test_no_leader_reads_a_phrase_that_nobody_says():
    assert list_phrases() == []


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_template, "<p>Whoever has\nhad nothing</p>"),
        (read_template, '<input placeholder="Note it">'),
        (read_template, '{{ button("Note it") }}'),
        (read_script, "say(`Shall we ask ${name}?`); // well"),
        (read_module, 'PROBLEM = "Use such a one."'),
        (read_list, 'id-1 = "Whom did you help?"'),
    ],
)
def test_phrases_are_seen_wherever_a_leader_reads(read, text):
    assert list(find_phrases(read(text), "somewhere"))


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (read_template, "{# whoever reads this #}<p>{{ noted }}</p>"),
        (read_script, "// shall we\nconst noted = 1;"),
        (read_module, '"""Whoever."""\nnoted = "noted"'),
    ],
)
def test_comments_and_names_are_free(read, text):
    assert list(find_phrases(read(text), "somewhere")) == []
