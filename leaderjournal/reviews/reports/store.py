"""Reads what a month or a year is reviewed by from the packages that store it."""

from collections.abc import Mapping, Sequence

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.summary import store as summary_store
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.highlights.rules import Passage
from leaderjournal.reviews.periods.rules import Period, list_charted_months
from leaderjournal.reviews.reports.rules import PeriodReport, build_report
from leaderjournal.reviews.streaks import store as streaks_store
from leaderjournal.reviews.summaries.rules import Journal, WrittenDay
from leaderjournal.reviews.words.rules import WrittenText
from leaderjournal.team_mirror import store as team_mirror_store
from leaderjournal.team_mirror.rules import KeyMean


def get_report(leader: Leader, period: Period, *, today: LocalDate) -> PeriodReport:
    """Return the report on a month or a year as of the leader's local day `today`."""
    texts = list_texts(leader, period)
    journal = _build_journal(
        leader, period, texts, since=list_charted_months(period)[0].first, today=today
    )
    written = [text for _, text in texts]
    return build_report(period, journal, written, keys=catalogue.list_keys(), today=today)


def get_journal(leader: Leader, period: Period, *, today: LocalDate) -> Journal:
    """Return what a summary of `period` is made from."""
    return _build_journal(
        leader, period, list_texts(leader, period), since=period.first, today=today
    )


def _build_journal(
    leader: Leader,
    period: Period,
    texts: Sequence[tuple[LocalDate, WrittenText]],
    *,
    since: LocalDate,
    today: LocalDate,
) -> Journal:
    """Return the journal of `period`; its days begin with `since` or the period before."""
    first = min(since, period.previous.first)
    figures = day_figures_store.list_day_figures(leader.id, first=first, last=period.last)
    streak_before, in_time_before = streaks_store.get_streak_before(leader.cipher, first)
    return Journal(
        days=[
            WrittenDay(
                date=day.local_date,
                scores={key: score for key, (score, _) in day.answers.items() if score},
                behaviours={key: behaviour for key, (_, behaviour) in day.answers.items()},
                words=day.word_count,
                in_time=day.in_time,
            )
            for day in figures
        ],
        keys=catalogue.KEY_SLUGS,
        calendar=calendar_store.load_calendar(leader.id),
        joined=leader.joined_on,
        streak_before=streak_before,
        in_time_before=in_time_before,
        passages=[
            Passage(date, text.key, text.score, text.text)
            for date, text in texts
            if not text.is_commitment
        ],
        practice=summary_store.get_figures(
            leader.cipher, period.name, period.first, period.last, today=today
        ),
        team=_get_team_scores(leader, period, today=today),
    )


def _get_team_scores(
    leader: Leader, period: Period, *, today: LocalDate
) -> Mapping[str, KeyMean] | None:
    if period.month is None:
        return None
    mirror = team_mirror_store.find_mirror(leader, period.name, today=today)
    return mirror.shown.scores if mirror and mirror.shown else None


def list_texts(leader: Leader, period: Period) -> list[tuple[LocalDate, WrittenText]]:
    """Return every text written in `period`, decrypted, with its local date."""
    return [
        (day.local_date, written)
        for day in reflections_store.iter_days(leader.cipher, first=period.first, last=period.last)
        for written in (
            *(WrittenText(answer.key, answer.score, answer.text) for answer in day.content.answers),
            WrittenText(None, None, day.content.note),
            WrittenText(None, None, day.content.commitment, is_commitment=True),
        )
    ]
