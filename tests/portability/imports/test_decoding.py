"""Files in whatever encoding an app, a spreadsheet or an old editor saved them."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leaderjournal.portability.imports.decoding import decode_text
from leaderjournal.portability.imports.plausibility import measure_implausibility
from leaderjournal.portability.imports.rules import InvalidEntry

GERMAN = "Heute früh über die Straße gegangen, müde, aber glücklich. Größe zählt nicht."
FRENCH = "Aujourd'hui j'ai été à l'école, très fatigué. Ça va mieux déjà."
POLISH = "Dziś rozmawiałem z zespołem. Było ciężko, ale dziękuję wszystkim. Źle spałem."
RUSSIAN = "Сегодня поговорил с командой. Было трудно, но я выслушал всех."
UKRAINIAN = "Сьогодні поговорив з командою. Було важко, але я вислухав усіх."
GREEK = "Σήμερα μίλησα με την ομάδα μου. Ήταν δύσκολο, αλλά άκουσα όλους."
TURKISH = "Bugün ekiple konuştum. Zordu ama herkesi dinledim, ışığı gördüm."
HEBREW = "היום דיברתי עם הצוות שלי. היה קשה, אבל הקשבתי לכולם."
ARABIC = "تحدثت اليوم مع فريقي. كان الأمر صعبا لكنني استمعت إلى الجميع."
JAPANESE = "今日はチームと話しました。難しかったけれど、みんなの話を聞きました。"
CHINESE = "今天我和团队谈了话。虽然很难，但我倾听了每个人的意见。"
TAIWANESE = "今天我和團隊談了話。雖然很難，但我傾聽了每個人的意見。"
KOREAN = "오늘 팀과 이야기했다. 어려웠지만 모두의 말을 들었다."
THAI = "วันนี้ฉันคุยกับทีมงาน มันยากแต่ฉันฟังทุกคน"

TEXTS = (
    *(GERMAN, FRENCH, POLISH, RUSSIAN, UKRAINIAN, GREEK, TURKISH),
    *(HEBREW, ARABIC, JAPANESE, CHINESE, TAIWANESE, KOREAN, THAI),
)
UNICODE = ("utf-8", "utf-8-sig", "utf-16", "utf-32")
WITHOUT_MARK = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")


@pytest.mark.parametrize("encoding", [*UNICODE, *WITHOUT_MARK])
@pytest.mark.parametrize("text", TEXTS)
def test_unicode_is_recognized_with_and_without_a_mark(text, encoding):
    text = f"date,note\n2026-03-02,{text}\n"
    assert decode_text(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "cp1252"),
        (GERMAN, "mac_roman"),
        (GERMAN, "cp850"),
        (FRENCH, "cp1252"),
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
        (RUSSIAN, "cp866"),
        (UKRAINIAN, "cp1251"),
        (UKRAINIAN, "koi8_u"),
        (GREEK, "cp1253"),
        (GREEK, "iso8859_7"),
        (TURKISH, "cp1254"),
        (HEBREW, "cp1255"),
        (ARABIC, "cp1256"),
        (JAPANESE, "shift_jis"),
        (JAPANESE, "euc_jp"),
        (JAPANESE, "iso2022_jp"),
        (CHINESE, "gb18030"),
        (TAIWANESE, "big5"),
        (KOREAN, "cp949"),
        (THAI, "cp874"),
    ],
)
def test_older_encodings_are_recognized(text, encoding):
    for whole in (text, f"full_date,mood,note\r\n2026-03-02,good,{text}\r\n", text * 300):
        assert decode_text(whole.encode(encoding)) == whole


@pytest.mark.parametrize(
    "text",
    [
        "café",
        "Müde.",
        "mañana",
        "À bientôt, garçon",
        "Rødgrød på Ærø",
        "naïve",
        "„Größe“ – ja",
        "Ça",
    ],
)
def test_very_short_western_text_is_read_as_windows_1252(text):
    assert decode_text(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("encoding", "texts"),
    [
        ("cp1255", "שלום לכולם|אני עייף היום|פגישה טובה עם הצוות|צוות חזק|יום טוב|ישנתי טוב."),
        (
            "cp932",
            "今日は疲れた。|会議が長かった|田中さんと話した。|東京へ行った|カタカナ|良い日だ",
        ),
        ("euc_jp", "今日は疲れた。|会議が長かった|部下に任せた|ありがとう"),
        ("cp949", "피곤하다|회의가 길었다|팀에게 맡겼다|좋은 날 ㅋㅋ"),
        ("gb18030", "今天很好。|我很累|团队很棒|我让小王做决定"),
        ("big5", "會議太長了|今天很好|和小明談了"),
        ("cp1251", "я устал|звонок боссу|спасибо|Встреча с командой|был дома|Дякую"),
        ("koi8_r", "спасибо|Устал|Поговорил с Иваном"),
        ("cp1253", "Ευχαριστώ|Κουράστηκα|μια καλή μέρα"),
        ("cp1256", "اجتماع مع الفريق|كان اليوم جيدا"),
        ("cp874", "ขอบคุณ|ประชุมกับทีม"),
        ("cp1250", "Děkuji|Zmęczony, ale szczęśliwy|Dnes byl dobrý den, měl jsem čas|Köszönöm"),
        ("cp1252", "Köszönöm|Übung|cœur léger|Città più bella|così"),
    ],
)
def test_single_sentences_are_recognized_by_their_script(encoding, texts):
    for text in texts.split("|"):
        assert decode_text(text.encode(encoding)) == text


def test_first_letter_beyond_ascii_may_come_late():
    for plain in ("plain words\n" * 50_000, "one line " * 500_000):
        text = plain + RUSSIAN
        assert (decode_text(text.encode("cp1251")) == text) is True


@pytest.mark.parametrize(
    ("text", "encoding"), [(JAPANESE, "cp932"), (CHINESE, "gb18030"), (TAIWANESE, "big5")]
)
def test_long_text_without_a_space_is_cut_between_letters(text, encoding):
    for odd in ("", "x"):
        whole = odd + text * 500
        assert decode_text(whole.encode(encoding)) == whole


def test_few_broken_bytes_do_not_spoil_a_text_in_utf_8():
    content = RUSSIAN.encode() + b" caf\xe9"
    assert decode_text(content) == RUSSIAN + " café"


def test_mark_decides_even_where_the_rest_is_odd():
    assert decode_text(b"\xff\xfea\0b\0c") == "ab\ufffd"
    assert decode_text(b"\xff\xfe") == ""
    assert decode_text(b"") == ""


def test_single_zero_does_not_make_a_wide_text():
    assert decode_text(b"full_date\0,mood,note\n" + b"words " * 100)[:10] == "full_date\0"


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
        b"SQLite format 3\0" + bytes(500),
        b"\x1f\x8b\x08\0" + bytes(range(255, 0, -1)) * 3,
        bytes(1000),
    ],
)
def test_binary_content_is_no_text(content):
    with pytest.raises(InvalidEntry, match="no text"):
        decode_text(content)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_text_or_refused(content):
    with suppress(InvalidEntry):
        assert isinstance(decode_text(content), str)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufeff", min_codepoint=32)))
def test_any_text_in_utf_8_stays_as_it_is(text):
    assert decode_text(text.encode("utf-8-sig")) == text


def test_decoded_wrongly_a_text_is_less_plausible():
    assert measure_implausibility(GERMAN) == measure_implausibility("plain") == 0
    wrong = GERMAN.encode("cp1252").decode("cp1251")
    assert measure_implausibility(wrong) > 0.5


@pytest.mark.parametrize(
    "text",
    [
        *("Não", "São Paulo", "Reunião", "Irmão", "Hoje não consegui.", "Não foi fácil", "Põe"),
        *("Estou são e salvo", "A equipe não está bem, mas amanhã será melhor", "Über", "l·l"),
    ],
)
def test_short_text_of_a_table_is_read_as_windows_1252(text):
    row = (
        f"full_date;date;weekday;time;mood;activities;note_title;note\n24/11/2025;;;;bem;;;{text}\n"
    )
    assert decode_text(row.encode("cp1252")) == row


@pytest.mark.parametrize("text", ["Příliš žluťoučký kůň", "Őrült hűség", "Zażółć gęślą jaźń"])
def test_short_text_of_central_europe_is_read_as_windows_1250(text):
    assert decode_text(f"a;b;{text}\n".encode("cp1250")) == f"a;b;{text}\n"
