"""Reads what a month or a year is reviewed by from the packages that store it."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.kernel.encryption import Cipher
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.people import store as people_store
from leaderjournal.practice_log.summary import store as summary_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.texts import store as texts_store
from leaderjournal.reviews.highlights.rules import (
    Highlight,
    Passage,
    choose_passages,
    count_highlights,
)
from leaderjournal.reviews.periods.rules import Period, list_charted_months
from leaderjournal.reviews.portraits import store as portraits_store
from leaderjournal.reviews.portraits.rules import PeriodTexts
from leaderjournal.reviews.reports.rules import PeriodReport, build_report
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.reviews.summaries.rules import Journal, ScoreSum, ScoreSums, WrittenDay
from leaderjournal.reviews.words.rules import WordFigures, compute_word_figures
from leaderjournal.team_mirror import store as team_mirror_store
from leaderjournal.team_mirror.rules import KeyMean


def get_report(leader: Leader, period: Period, *, today: LocalDate) -> PeriodReport:
    """Return the report on a month or a year as of the leader's local day `today`."""
    since = list_charted_months(period)[0].first
    journal, texts = _read(leader, period, since=since, today=today, with_words=True)
    return build_report(
        period, journal, texts.passages, texts.words, keys=catalogue.list_keys(), today=today
    )


def get_journal(leader: Leader, period: Period, *, today: LocalDate) -> Journal:
    """Return what a summary of `period` is made from."""
    return _read(leader, period, since=period.first, today=today, with_words=False)[0]


def get_word_figures(leader: Leader, period: Period, *, today: LocalDate) -> WordFigures:
    """Return which words and names come up most in `period`, and answers' lengths."""
    texts = get_texts(leader, period, today=today)
    return compute_word_figures(texts.words, texts.passages, catalogue.KEY_SLUGS)


def get_texts(leader: Leader, period: Period, *, today: LocalDate) -> PeriodTexts:
    """Return what is counted of the texts of `period`."""
    texts, portrait = portraits_store.get_texts(
        leader.cipher,
        period,
        texts_store.list_versions(leader.id, first=period.first, last=period.last),
        team=people_store.get_team_names(leader.cipher),
        today=today,
    )
    if portrait is not None:
        portraits_store.store_portrait(leader.cipher, portrait)
    return texts


def _read(
    leader: Leader, period: Period, *, since: LocalDate, today: LocalDate, with_words: bool
) -> tuple[Journal, PeriodTexts]:
    """Return the journal of `period`, with the scores from `since` on, and its texts.

    The scores of the period before are in the journal, too.
    """
    days = day_figures_store.list_day_figures(leader.id, first=period.first, last=period.last)
    streak_before, in_time_before = streaks_store.get_streak_before(leader.cipher, period.first)
    practice = summary_store.get_figures(
        leader.cipher, period.name, period.first, period.last, today=today
    )
    texts, portrait = portraits_store.get_texts(
        leader.cipher,
        period,
        [(day.local_date, day.version) for day in days],
        team=practice.team,
        today=today,
        with_words=with_words,
    )
    journal = Journal(
        days=[
            WrittenDay(
                date=day.local_date,
                scores=day.scores,
                behaviours=day.behaviours,
                words=day.word_count,
                in_time=day.in_time,
            )
            for day in days
        ],
        keys=catalogue.KEY_SLUGS,
        calendar=calendar_store.load_calendar(leader.id),
        joined=leader.joined_on,
        streak_before=streak_before,
        in_time_before=in_time_before,
        earlier_scores=_add_up_scores(
            leader, min(since, period.previous.first), days_after(period.first, -1)
        ),
        highlights=_find_highlights(leader.cipher, period, texts.passages),
        practice=practice,
        team=_get_team_scores(leader, period, today=today),
    )
    if portrait is not None:  # after all is read: a write ends what the reading saw at once
        portraits_store.store_portrait(leader.cipher, portrait)
    return journal, texts


def _add_up_scores(leader: Leader, first: LocalDate, last: LocalDate) -> ScoreSums:
    by_month: defaultdict[Period, dict[str, ScoreSum]] = defaultdict(dict)
    for found in day_figures_store.add_up_scores(leader.id, first=first, last=last):
        by_month[Period(found.year, found.month)][found.key] = ScoreSum(
            found.total, found.count, found.squares
        )
    return by_month


def _find_highlights(
    cipher: Cipher, period: Period, passages: Collection[Passage]
) -> tuple[Highlight, ...]:
    """Return the passages worth rereading, with their texts."""
    chosen = choose_passages(passages, count_highlights(period))
    contents = dict(texts_store.list_texts_on(cipher, {passage.date for passage in chosen}))
    return tuple(
        Highlight(
            passage.date,
            passage.key,
            content.get_answer(passage.key).text if passage.key else content.note,
        )
        for passage in chosen
        if (content := contents.get(passage.date))
    )


def _get_team_scores(
    leader: Leader, period: Period, *, today: LocalDate
) -> Mapping[str, KeyMean] | None:
    if period.month is None:
        return None
    mirror = team_mirror_store.find_mirror(leader, period.name, today=today)
    return mirror.shown.scores if mirror and mirror.shown else None
