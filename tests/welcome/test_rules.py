"""The example on the welcome page: its question and its invented month."""

from datetime import date, timedelta

import pytest

from leaderjournal.kernel.days import to_local_date
from leaderjournal.practice import catalogue
from leaderjournal.welcome.rules import MONTH, choose_sample_question, draw_sample_month

YEAR = [to_local_date(date(2027, 1, 1) + timedelta(days=number)) for number in range(365)]


def choose(day):
    return choose_sample_question(day, catalogue.list_keys(), catalogue.list_questions())


def test_sample_question_is_the_same_all_day():
    for day in YEAR[::40]:
        assert choose(day) == choose(day)


def test_sample_questions_take_turns_among_the_keys():
    keys = [choose(day).key for day in YEAR[:9]]
    assert keys[:3] == keys[3:6] == keys[6:9]
    assert set(keys) == set(catalogue.KEY_SLUGS)


def test_sample_questions_change_from_day_to_day():
    assert len({choose(day).id for day in YEAR}) > 60


def test_sample_question_has_a_behaviour_of_its_key():
    for day in YEAR[::7]:
        question = choose(day)
        assert catalogue.get_behaviour(question.key, question.behaviour)


def test_sample_month_is_a_whole_month_of_scores():
    scores = [day for week in MONTH for day in week]
    assert 28 <= len(scores) <= 31
    assert all(day == "" or (len(day) == 3 and set(day) <= set("12345")) for day in scores)


def test_sample_month_draws_a_window_and_three_bars_for_each_entry():
    month = draw_sample_month(catalogue.list_keys())
    entries = sum(bool(day) for week in MONTH for day in week)
    assert month.windows.count("M") == entries
    assert [key.bars.count("M") for key in month.keys] == [entries] * 3
    assert [key.slug for key in month.keys] == list(catalogue.KEY_SLUGS)
    assert [text for text, _, _ in month.days] == [str(n) for n in range(1, 31)]


def test_sample_month_leaves_weekends_without_a_frame():
    month = draw_sample_month(catalogue.list_keys())
    missed = [day for week in MONTH for day in week[:5] if not day]
    assert month.missed.count("M") == len(missed)


@pytest.mark.parametrize("place", range(3))
def test_sample_means_are_those_of_the_drawn_weeks(place):
    key = draw_sample_month(catalogue.list_keys()).keys[place]
    for week, shown in ((MONTH[0], key.first_week), (MONTH[-2], key.last_week)):
        scores = [int(day[place]) for day in week if day]
        assert float(shown) == pytest.approx(sum(scores) / len(scores), abs=0.051)
