"""What people do most takes few taps, and no long search."""

from browser.ways import GOALS, walk_everywhere

MOST_TAPS_BEFORE_ACCOUNT = 6
MOST_SECONDS_TO_REMINDER = 180
MOST_TAPS_IN_EVENING, MOST_SCROLLS_IN_EVENING = 8, 2
MOST_TAPS_FROM_TODAY = 2


def test_ways_of_newcomers_and_evenings_are_short(running_browser, frozen_site):
    found = walk_everywhere(running_browser, frozen_site)
    assert found["welcome to the account"].taps <= MOST_TAPS_BEFORE_ACCOUNT
    assert found["welcome to a reminder"].seconds <= MOST_SECONDS_TO_REMINDER
    evening = found["an evening: three scores, three texts"]
    assert evening.taps <= MOST_TAPS_IN_EVENING
    assert evening.scrolls <= MOST_SCROLLS_IN_EVENING
    for goal in GOALS:
        assert found[f"Today to {goal.name}"].taps <= MOST_TAPS_FROM_TODAY, goal.name
