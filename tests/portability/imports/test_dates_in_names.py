"""Dates in the names of files, in all the forms that people give them."""

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leaderjournal.portability.imports.dates_in_names import (
    KnownDay,
    Order,
    choose_reading,
    find_date,
    is_date_alone,
    learn_orders,
    narrow_readings,
    parse_clock,
)
from leaderjournal.portability.imports.dates_in_paths import find_date_in_path
from leaderjournal.portability.imports.month_names import MONTHS, WEEKDAYS, fold_words
from leaderjournal.portability.imports.rules import InvalidEntry

DAYS = st.dates(date(1900, 1, 1), date(2099, 12, 31))
ENGLISH = "January February March April May June July August September October November December"
GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember"
FRENCH = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
POLISH = (
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada "
    "grudnia"
)
PORTUGUESE = (
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro"
)


def say(day, form):
    months = {
        "en": ENGLISH,
        "de": GERMAN,
        "fr": FRENCH,
        "pl": POLISH,
        "pt": PORTUGUESE,
    }
    names = {f"{key}_month": text.split()[day.month - 1] for key, text in months.items()}
    nth = "th" if 10 < day.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day.day % 10, "th")
    return form.format(d=day, nth=nth, **names)


FORMS = [
    "{d:%Y-%m-%d}",
    "{d:%Y_%m_%d}",
    "{d:%Y.%m.%d}",
    "{d:%Y %m %d}",
    "{d:%Y%m%d}",
    "{d:%Y%m%d%H%M}",
    "{d.year}-{d.month}-{d.day}",
    "{d:%Y-%m-%d} Standup",
    "Standup {d:%Y-%m-%d}",
    "{en_month} {d.day}{nth}, {d.year}",
    "{d.day} {en_month} {d.year}",
    "{d.year}-{en_month}-{d.day}",
    "{d.day}. {de_month} {d.year}",
    "{d.day} {fr_month} {d.year}",
    "{d.day} {pl_month} {d.year}",
    "{d.day} de {pt_month} de {d.year}",
    "{d.year}年{d.month}月{d.day}日",
]


@pytest.mark.parametrize("form", FORMS)
@given(day=DAYS)
def test_every_day_is_found_in_every_certain_form(form, day):
    named = find_date(say(day, form))
    assert choose_reading(named) == day
    assert named.form is None


@given(day=DAYS, gap=st.sampled_from("-._/"))
def test_day_and_month_are_told_apart_only_where_they_are_certain(day, gap):
    named = find_date(f"{day:%d{gap}%m{gap}%Y}")
    if day.day > 12 or day.day == day.month:
        assert choose_reading(named) == day
    else:
        with pytest.raises(InvalidEntry, match="told apart"):
            choose_reading(named)
        assert choose_reading(named, [KnownDay(day.year, day.month)]) == day
        assert choose_reading(named, otherwise=Order.DAY_FIRST) == day


@given(days=st.lists(DAYS, min_size=1, max_size=20), form=st.sampled_from(["%d-%m-%Y", "%m-%d-%Y"]))
def test_no_date_is_read_in_the_wrong_order(days, form):
    named = [find_date(f"{day:{form}}") for day in days]
    orders = learn_orders((one, []) for one in named)
    for day, one in zip(days, named, strict=True):
        try:
            assert choose_reading(one, [], orders) == day
        except InvalidEntry:
            assert all(other.day <= 12 for other in days)


def test_forms_that_disagree_leave_the_order_open():
    named = [find_date(text) for text in ("13-03-2024", "03-13-2024", "05-03-2024")]
    assert learn_orders((one, []) for one in named) == {"-": None}


def test_weekday_makes_the_order_certain_and_vouches_for_the_others():
    certain, open_one = find_date("Tue 05-03-2024"), find_date("Wed 06-03-2024")
    assert choose_reading(certain) == date(2024, 3, 5)
    orders = learn_orders([(certain, [])])
    assert choose_reading(open_one, [], orders) == date(2024, 3, 6)
    assert choose_reading(find_date("05-03-2024 Dienstag")) == date(2024, 3, 5)


def test_weekday_that_fits_no_reading_decides_nothing():
    with pytest.raises(InvalidEntry, match="told apart"):
        choose_reading(find_date("Monday 05-03-2024"))


def test_knowledge_that_fits_no_reading_decides_nothing():
    named = find_date("05-03-2024")
    assert len(narrow_readings(named, [KnownDay(2023, 1)])) == 2
    assert len(narrow_readings(named, [KnownDay(2024, 3, 5), KnownDay(2024, 5, 3)])) == 2


@pytest.mark.parametrize(
    "name",
    [
        "12024-03-15",
        "2024-03-166",
        "2024-W11",
        "2024-03",
        "2024",
        "March 2024",
        "1709593200",
        "2024030512",
        "v1.2.3",
        "no date",
        "",
        "24-03-05",
        "IMG_1234",
        "8 people 2024",
        "march",
        "٢٠٢٤",
    ],
)
def test_other_numbers_are_no_dates(name):
    assert find_date(name) is None


@pytest.mark.parametrize("name", ["2024-02-30", "31 April 2024", "2023-02-29", "45-45-2024"])
def test_day_that_does_not_exist_is_found_and_refused(name):
    with pytest.raises(InvalidEntry, match="does not exist"):
        choose_reading(find_date(name))


@given(before=st.integers(0, 9), after=st.integers(0, 9), day=DAYS)
def test_digits_beside_a_date_make_it_none(before, after, day):
    assert find_date(f"{before}{day}") is None
    named = find_date(f"{day}{after}")
    assert named is None


def test_first_date_that_exists_is_taken():
    assert choose_reading(find_date("2024-02-30 2024-03-05")) == date(2024, 3, 5)
    assert choose_reading(find_date("2024-03-05 to 2024-03-07")) == date(2024, 3, 5)
    assert choose_reading(find_date("Notes 2024-03-11-12")) == date(2024, 3, 11)


@pytest.mark.parametrize(
    ("name", "clock"),
    [
        ("2024-03-05 0930", time(9, 30)),
        ("2024-03-05T21-45", time(21, 45)),
        ("2024-03-05_21.45.10", time(21, 45)),
        ("20240305213045", time(21, 30)),
        ("IMG_20240305_120001", time(12, 0)),
        ("2024-03-05 9:30 pm", time(21, 30)),
        ("2024-03-05 12:05 am", time(0, 5)),
        ("Tuesday, 5 March 2024 at 9.15", time(9, 15)),
        ("2024-03-05 2599", None),
        ("2024-03-05-12", None),
        ("2024-03-05 100 ideas", None),
    ],
)
def test_time_beside_a_date(name, clock):
    assert find_date(name).clock == clock


@pytest.mark.parametrize(
    ("text", "clock"),
    [("9:30 pm", time(21, 30)), ("08:00", time(8)), ("noon", None), ("99:99", None)],
)
def test_time_alone(text, clock):
    assert parse_clock(text) == clock


@pytest.mark.parametrize(
    "text", ["2024-03-05", "Tuesday, March 5th, 2024", "5. März 2024", "5 March 2024 at 9.15"]
)
def test_date_alone(text):
    assert is_date_alone(text)
    assert not is_date_alone(f"Plan for {text}")


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ("daily/2024/03/14.md", date(2024, 3, 14)),
        ("2024/2024-03/14.md", date(2024, 3, 14)),
        ("2024/March/14.md", date(2024, 3, 14)),
        ("2024/03-March/14th.md", date(2024, 3, 14)),
        ("2024/03 März/14 Donnerstag.md", date(2024, 3, 14)),
        ("2024/03/Thursday 14.md", date(2024, 3, 14)),
        ("2024/03/14 - Offsite.md", date(2024, 3, 14)),
        ("2024/03/03-14.md", date(2024, 3, 14)),
        ("2024/03/March 14.md", date(2024, 3, 14)),
        ("2024/03-14.md", date(2024, 3, 14)),
        ("2024/14 March.md", date(2024, 3, 14)),
        ("March 2024/14.md", date(2024, 3, 14)),
        ("2024/2024-03-March/14.md", date(2024, 3, 14)),
        ("2022/01/2024-03-14.md", date(2024, 3, 14)),
        ("2024/03/14 things I learned.md", None),
        ("2023-01-01 backup/foo.md", None),
        ("2024-03-14/notes.md", None),
        ("2024/notes 12.md", None),
        ("2024/projects/03.md", None),
        ("2024/13/14.md", None),
        ("03/14.md", None),
        ("14.md", None),
    ],
)
def test_date_of_a_path(path, day):
    named = find_date_in_path(path, path.rpartition("/")[2].removesuffix(".md"))
    assert (named and choose_reading(named)) == day


def test_names_of_months_have_one_number_and_no_accents():
    for name in (*MONTHS, *WEEKDAYS):
        assert fold_words(name) == name
    assert {MONTHS[fold_words(name)] for name in ("março", "März", "mars", "marzec")} == {3}
    assert WEEKDAYS[fold_words("Środa")] == WEEKDAYS[fold_words("środa")] == 2


@given(text=st.text(max_size=400))
def test_any_text_is_searched(text):
    named = find_date(text)
    if named is not None:
        for day in named.readings.values():
            assert day + timedelta(0) == day
    is_date_alone(text)
    parse_clock(text)
    find_date_in_path(f"2024/03/{text}", text)


@pytest.mark.parametrize(
    "text",
    [
        *("7 сентября 2023", "четверг, 7 сентября 2023 г.", "7 вересня 2023", "7 Eylül 2023"),
        *("7 EYLÜL 2023 Perşembe", "7. září 2023", "čtvrtek 7. září 2023", "7 września 2023"),
        *("torstai 7. syyskuuta 2023", "7 Σεπτεμβρίου 2023", "2023. szeptember 7., csütörtök"),
        *("7. September 2023", "jeudi 7 septembre 2023", "7 de septiembre de 2023"),
        *("7 de setembro de 2023", "7 settembre 2023", "donderdag 7 september 2023"),
        *("den 7 september 2023", "7. september 2023", "2023年9月7日", "2023年9月7日(木)"),
        *("2023年9月7日 星期四", "2023년 9월 7일 목요일", "7 septembrie 2023", "7. rujna 2023"),
        *(
            "September 7th, 2023",
            "7 сен. 2023",
            "7 syys 2023",
            "7 wrz 2023",
            "יום חמישי, 7 בספטמבר 2023",
        ),
    ],
)
def test_date_with_a_month_in_words_is_read_in_many_languages(text):
    assert choose_reading(find_date(text)) == date(2023, 9, 7)
    assert is_date_alone(text)


@pytest.mark.parametrize(
    ("path", "stem"),
    [
        ("2023/сентябрь/7.md", "7"),
        ("2023年/9月/7日.md", "7日"),
        ("2023/9月7日.md", "9月7日"),
        ("2023/7 września.md", "7 września"),
        ("2023/09-Eylül/7.md", "7"),
    ],
)
def test_folders_may_be_named_in_many_languages(path, stem):
    assert choose_reading(find_date_in_path(path, stem)) == date(2023, 9, 7)
