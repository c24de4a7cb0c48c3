"""What counts as a word, in scripts with and without spaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.kernel.letters.words.rules import count_words, split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a well-known — 3.5 don’t", ["a", "well-known", "—", "3.5", "don’t"]),
        ("王小明今天来了，我们谈了很久。", 9),
        (
            "今日は田中さんと会議をした。",
            ["今日", "は", "田中", "さん", "と", "会議", "を", "した"],
        ),
        ("ラーメンを食べた", ["ラーメン", "を", "食", "べた"]),
        ("วันนี้ฉันคุยกับสมชาย", ["วัน", "นี้", "ฉัน", "คุย", "กับ", "สมชาย"]),
        ("ຂ້ອຍໄປຕະຫຼາດ", ["ຂ້ອຍ", "ໄປ", "ຕະຫຼາດ"]),
        ("ខ្ញុំបានទៅផ្សារ", 4),
        ("ကျွန်တော်စျေးသွားတယ်", 5),
        ("用Python写代码 today", ["用", "Python", "写", "代码", "today"]),
        ("2026年", ["2026", "年"]),
        ("오늘은 회의를 했다", ["오늘은", "회의를", "했다"]),
        ("हम ने बात की", ["हम", "ने", "बात", "की"]),
        ("。 …", ["。", "…"]),
        ("", []),
    ],
)
def test_words_of_every_script_are_counted(text, words):
    if isinstance(words, list):
        assert split_words(text) == words
        assert count_words(text) == len(words)
    else:
        assert count_words(text) == words


@given(st.text(st.characters(max_codepoint=0x5FF, exclude_categories=["Cs"])))
def test_words_between_spaces_are_counted_as_before(text):
    assert split_words(text) == text.split()


@given(st.text(st.characters() | st.sampled_from("王今คุ이 はがパ、。\u200b1a")))
def test_no_letter_is_lost_between_words(text):
    kept = "".join(split_words(text))
    assert [c for c in kept if c.isalnum()] == [c for c in text if c.isalnum()]
