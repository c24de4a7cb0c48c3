"""Paragraphs in Hebrew and Arabic run from right to left, all others from left to right."""

import pytest
from factories import create_leader

from leaderjournal.accounts.store import find_account_id, find_leader
from leaderjournal.kernel import clock
from leaderjournal.portability.documents.directions.rules import split_by_direction
from leaderjournal.portability.documents.page import render_page
from leaderjournal.portability.documents.rules import DocumentOptions
from leaderjournal.reviews.periods.rules import Period


def list_directions(text):
    return [
        (part.text, "rtl" if part.is_right_to_left else "ltr") for part in split_by_direction(text)
    ]


@pytest.mark.parametrize(
    ("text", "directions"),
    [
        ("היום הקשבתי.", ["rtl"]),
        ("تحدثت مع الفريق (test 12).", ["rtl"]),
        ("ܫܠܡܐ", ["rtl"]),
        ("ދިވެހި", ["rtl"]),
        ("I said שלום to her.", ["ltr"]),
        ("12. «היום» (3)", ["rtl"]),
        ("– 12 –", ["ltr"]),
        ("今日は", ["ltr"]),
        ("someone אמרה לא", ["rtl"]),
        ("someone's", ["ltr"]),
        ("\u2067שלום\u2069 said hello", ["ltr"]),
        ("\u2066hello\u2069 שלום", ["rtl"]),
        ("\u200fhello", ["rtl"]),
        ("היום\n12\nEnglish\n\nסוף", ["rtl", "ltr", "rtl"]),
        ("12\nהיום", ["rtl"]),
        ("One\nTwo\n\nThree", ["ltr"]),
        ("", []),
        (" \n", []),
    ],
)
def test_first_strong_letter_is_the_direction_of_a_paragraph(text, directions):
    assert [direction for _, direction in list_directions(text)] == directions


def test_no_line_is_lost_between_directions():
    text = "One\n\nהיום\n12\n\nתם\nTwo"
    assert list_directions(text) == [("One", "ltr"), ("היום\n12\n\nתם", "rtl"), ("Two", "ltr")]


def test_printed_texts_have_their_direction(app, client):
    leader = create_leader(client)
    leader.writes(
        "2026-03-02", ("let-go", 4, "הקשבתי לצוות."), note="Calm.\nيوم هادئ <b>", commitment="Go"
    )
    with app.app_context():
        owner = find_leader(find_account_id(leader.email))
        page = render_page(
            owner, Period(2026, 3), DocumentOptions(), today=owner.today(clock.now())
        )
    assert '<p class="said" dir="rtl">הקשבתי לצוות.</p>' in page
    assert '<p class="said">Calm.</p><p class="said" dir="rtl">يوم هادئ &lt;b&gt;</p>' in page
    assert '<p class="said">Go</p>' in page
