"""Reads the content of a letter: the figures of a fortnight, and a line to reread."""

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.kernel.letters.words.rules import count_words
from leaderjournal.practice import catalogue
from leaderjournal.practice_log.summary import store as summary_store
from leaderjournal.prompts.letter.rules import (
    INTERVAL_DAYS,
    LOOKBACK_DAYS,
    FortnightSummary,
    ScoredBehaviour,
    compare_key,
    extract_line,
    find_weakest_behaviour,
)
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reflections.texts import store as texts_store
from leaderjournal.reviews.day_marks.rules import count_days, mark_days
from leaderjournal.reviews.highlights.rules import Passage, choose_passages


def summarize_fortnight(leader: Leader, date: LocalDate) -> FortnightSummary:
    """Return the figures of the letter of a local date: of the fourteen days before it."""
    first, last = days_after(date, -INTERVAL_DAYS), days_after(date, -1)
    since = days_after(last, 1 - LOOKBACK_DAYS)
    days = day_figures_store.list_day_figures(leader.id, first=since, last=last)
    practice = summary_store.get_figures(leader.cipher, "", first, last, today=last)
    behaviours = [behaviour.slug for key in catalogue.list_keys() for behaviour in key.behaviours]
    return FortnightSummary(
        first=first,
        last=last,
        days=count_days(
            mark_days(
                first,
                last,
                in_time={day.local_date: day.in_time for day in days},
                calendar=calendar_store.load_calendar(leader.id),
                joined=leader.joined_on,
                today=date,
            ).values()
        ),
        keys=tuple(
            compare_key(
                key,
                {day.local_date: day.scores[key] for day in days if key in day.scores},
                first,
                last,
            )
            for key in catalogue.KEY_SLUGS
        ),
        commitments_kept=practice.commitments.kept,
        commitments_settled=practice.commitments.kept + practice.commitments.missed,
        wins=practice.wins,
        hand_offs=practice.hand_offs.made,
        weakest=find_weakest_behaviour(
            (
                ScoredBehaviour(key, behaviour, day.scores[key])
                for day in days
                for key, behaviour in day.behaviours.items()
                if key in day.scores and behaviour is not None
            ),
            behaviours,
        ),
    )


def pick_line(leader: Leader, date: LocalDate) -> str:
    """Return a line that the leader wrote in the fortnight before a date; empty without one."""
    first, last = days_after(date, -INTERVAL_DAYS), days_after(date, -1)
    texts = {
        Passage(local_date, answer.key, answer.score, count_words(answer.text)): answer.text
        for local_date, content in texts_store.list_texts(leader.cipher, first=first, last=last)
        for answer in content.answers
        if answer.text.strip()
    }
    found = choose_passages(texts, 1)
    return extract_line(texts[found[0]]) if found else ""
