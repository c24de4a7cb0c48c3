"""Front matter: its fields in any form, and what becomes of it where it is no YAML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.portability.imports.front_matter import (
    DATE_FIELDS,
    LONGEST_FRONT_MATTER,
    describe_fields,
    find_title,
    split_front_matter,
)
from leaderjournal.portability.imports.rules import InvalidEntry


def split(block, rule="---"):
    return split_front_matter(f"{rule}\n{block}\n{rule}\nWords.")


@pytest.mark.parametrize("rule", ["---", "+++"])
@pytest.mark.parametrize(
    "name", ["created_at", "Created-At", "created at", "createdAt", "CREATED AT"]
)
def test_name_of_a_field_may_be_in_any_case_and_divided_by_any_sign(rule, name):
    line = f"{name}: x" if rule == "---" else f'"{name}" = "x"'
    assert [*split(line, rule).list_values("createdat")] == ["x"]


def test_values_are_texts_as_they_were_written():
    front = split("a: 08:30\nb: no\nc: 2024-02-30\nd: 0930\ne: [1, {f: 2}]\ng:")
    assert [*front.list_values(*"abcdeg")] == ["08:30", "no", "2024-02-30", "0930", "1", "f 2", ""]
    assert not front.is_broken


def test_toml_gives_the_same_texts():
    front = split("a = 08:30:00\nb = 2024-03-05\nc = [1, 2]\n[d]\ne = true", "+++")
    assert [*front.list_values(*"abcd")] == ["08:30:00", "2024-03-05", "1", "2", "e True"]


@pytest.mark.parametrize(
    ("block", "rule"),
    [
        ("a: 1: 2", "---"),
        ("title: {{title}}\na: 'x'", "---"),
        ("\ta: x", "---"),
        ("# a comment\na: @x", "---"),
        ("a: x\n\nb: *nothing", "---"),
        ("a: [b, c", "---"),
        ("a: " + "[" * 600, "---"),
        ("a = x", "+++"),
        ("a = 'x'\n" + ".".join("b" * 30) + " = 1", "+++"),
    ],
)
def test_broken_front_matter_is_read_line_by_line(block, rule):
    front = split(block, rule)
    assert front.is_broken
    assert front.body == "Words."
    assert len([*front.list_values("a")]) == 1


def test_broken_lists_keep_their_items():
    front = split("bad: a: b\ntags:\n  - 'one two'\n  - \"#three\"\n  four\npeople: [Ana, Ben]")
    assert [*front.list_values("tags")] == ["one two", "#three", "four"]
    assert describe_fields(front) == "tags: one two, three, four · people: Ana, Ben"


@pytest.mark.parametrize(
    "block", ["A sentence.", "Two\nlines: of words: here\nand more.", "- a\n- b"]
)
def test_text_between_rules_that_is_no_fields_stays_in_the_text(block):
    assert split(block).body == f"---\n{block}\n---\nWords."


@pytest.mark.parametrize(
    ("text", "body"),
    [
        ("---\ndate: 5 May 2023\nnot a field\n---\nWords.", "Words."),
        ("---\nday: 2023-05-05\n{{{{\n--- \n\nWords.", "\nWords."),
        ("+++\ndate = 2023-05-05\nnonsense\n+++\nWords.", "Words."),
        ("---\ncreated: 2023-05-05\nmood: fine\n\nWords.", "Words."),
        ("---\ndate: 2023-05-05\n\nWords.\n\n---\n\nMore.", "Words.\n\n---\n\nMore."),
        ("---\ndate: 2023-05-05", ""),
        ("---\nMood: good\nWe met.\n---\nWords.", "---\nMood: good\nWe met.\n---\nWords."),
        ("---\n\nWords.", "---\n\nWords."),
    ],
)
def test_broken_front_matter_costs_its_fields_alone(text, body):
    front = split_front_matter(text)
    assert front.body == body
    assert front.is_broken == (body != text)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("tags: [a, b", "tags: a, b"),
        ('mood: "great', "mood: great"),
        ("mood: [[a] b", ""),
        ("place: {x", ""),
        ("note: a: b", ""),
        ("place: Bar: Mitte", "place: Bar: Mitte"),
    ],
)
def test_value_of_broken_front_matter_is_no_syntax(line, words):
    assert describe_fields(split(f"a: b: c\n{line}")) == words


@pytest.mark.parametrize(
    "name",
    [
        *("Datum", "data", "Data", "дата", "Дата", "日付", "日期", "날짜", "fecha", "día", "Día"),
        *(
            "Päivä",
            "Ημερομηνία",
            "tarih",
            "dátum",
            "journal-day",
            "dato",
            "jour",
            "giorno",
            "dzień",
        ),
    ],
)
def test_field_of_the_date_may_be_in_many_languages(name):
    front = split(f"{name}: 2023-05-04")
    assert [*front.list_values(*DATE_FIELDS)] == ["2023-05-04"]
    assert describe_fields(front) == ""


def test_field_called_like_a_date_without_one_is_carried():
    assert describe_fields(split("data: three new numbers\ntag: work")) == (
        "data: three new numbers · tag: work"
    )


def test_empty_front_matter_is_removed():
    assert split_front_matter("---\n---\nWords.").body == "Words."
    assert split("# only a comment").body == "Words."


def test_front_matter_that_is_longer_than_a_note_is_refused():
    with pytest.raises(InvalidEntry, match="20,000"):
        split("a" * LONGEST_FRONT_MATTER)


def test_what_an_app_arranges_notes_by_is_not_carried_and_words_of_the_leader_are():
    front = split(
        "id: a b\naliases: [c d]\ncssclass: e f\ncreated: 1 March\nsleep: 7\nproject: Apollo\n"
        "mood: <% tp.mood %>\nweather: null\nstar: false\nrating: 4"
    )
    assert describe_fields(front) == "sleep: 7 · project: Apollo · rating: 4"


@pytest.mark.parametrize("title", ["2024-03-05", "{{title}}", "<% tp.file.title %>", "null", ""])
def test_title_without_words_is_none(title):
    assert find_title(split(f"title: '{title}'")) == ""


@given(text=st.text(), block=st.text(alphabet="ab:- \n\t#[]{}'\"&*!|>=.", max_size=200))
def test_any_front_matter_keeps_the_text_after_it(text, block):
    for rule in ("---", "+++"):
        front = split_front_matter(f"{rule}\n{block}\n{rule}\n{text}")
        assert front.body.endswith(text)
        describe_fields(front)
        find_title(front)
