"""Who is invited to review which month."""

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from leaderjournal.accounts.practice_calendar import store as calendar_store
from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import LocalDate, days_after
from leaderjournal.reflections.figures import store as day_figures_store
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import (
    find_last_practice_day,
    find_month_to_review,
    list_reviewable_months,
)
from leaderjournal.reviews.periods.rules import Period

MIN_DAYS_FOR_INVITATION = 5
"""Completed days in a month that earn its leader an invitation to review it."""


def find_due_review(leader: Leader, *, today: LocalDate) -> Period | None:
    """Return the month whose review is offered on `today` and not written yet."""
    month = find_month_to_review(today, calendar_store.load_calendar(leader.id))
    months = [month.name for month in list_reviewable_months(today)]
    reviewed = monthly_store.find_reviewed(db.session, {leader.id}, months)
    if month is None or (leader.id, month.name) in reviewed:
        return None
    return (
        month
        if day_figures_store.count_completed_days([leader.id], month.first, month.last)
        else None
    )


def find_review_invitations(
    session: Session, days: Collection[tuple[UUID, LocalDate]]
) -> dict[tuple[UUID, LocalDate], Period]:
    """Return the month that each of these accounts' local days invites to review.

    A day invites if it is the last practice day of a month with at least five completed days and no
    review yet.
    """
    of_month: defaultdict[Period, set[tuple[UUID, LocalDate]]] = defaultdict(set)
    for account, day in days:
        if days_after(day, 7).month != day.month:
            of_month[Period(day.year, day.month)].add((account, day))
    invited = {}
    for month, places in of_month.items():
        accounts = {account for account, _ in places}
        completed = day_figures_store.count_completed_days(accounts, month.first, month.last)
        reviewed = monthly_store.find_reviewed(session, accounts, {month.name})
        eligible = {
            account
            for account, count in completed.items()
            if count >= MIN_DAYS_FOR_INVITATION and (account, month.name) not in reviewed
        }
        calendars = calendar_store.load_calendars(eligible)
        for account, day in places:
            if account in eligible and find_last_practice_day(month, calendars[account]) == day:
                invited[account, day] = month
    return invited
