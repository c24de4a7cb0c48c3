"""The page of HTML that a PDF of a month or a year is made of."""

from dataclasses import dataclass, replace

from flask import current_app

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.settings import ROOT
from leaderjournal.portability.documents.drawings import apply_print_styles
from leaderjournal.portability.documents.rules import DocumentOptions, NameRemover, shorten
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reviews.charts.rules import group_by_week
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent
from leaderjournal.reviews.periods.rules import Period, list_charted_months
from leaderjournal.reviews.reports import store as reports_store

STATIC = ROOT / "static"


@dataclass(frozen=True, slots=True)
class PrintedReview:
    """A month's review as it is printed."""

    month: Period
    content: ReviewContent


def render_page(
    leader: Leader, period: Period, wishes: DocumentOptions, *, today: LocalDate
) -> str:
    """Return the page of HTML that is typeset; whoever is to be left out is in none of it."""
    says = NameRemover(wishes.without_names)
    portrait = reports_store.get_report(leader, period, today=today)
    summary = replace(
        portrait.summary,
        highlights=tuple(
            replace(passage, text=_shorten_passage(says(passage.text), wishes))
            for passage in portrait.summary.highlights
        ),
    )
    days = reflections_store.iter_days(leader.cipher, first=period.first, last=period.last)
    months = list_charted_months(period) if period.month is None else (period,)
    reviewed = ((month, monthly_store.get_review(leader.cipher, month)) for month in months)
    # Not `render_template`, which would add what pages know of the request: the worker has none.
    template = current_app.jinja_env.get_template("portability/document/document.html")
    return template.render(
        period=period,
        leader_name=says(leader.name) if wishes.without_names else leader.name,
        portrait=portrait,
        practice=replace(
            portrait.journal.practice,
            people=tuple(
                replace(person, name=says(person.name))
                for person in portrait.journal.practice.people
            ),
        ),
        weeks=group_by_week(summary.days) if period.month else (),
        summary=summary,
        keys=catalogue.list_keys(),
        mirror=catalogue.MIRROR_SCORES,
        days=[
            (day.local_date, _remove_names(day.content, says))
            for day in days
            if day.content.completed
        ][::-1]
        if wishes.every_day
        else [],
        reviews=[
            PrintedReview(
                month,
                ReviewContent(
                    says(review.content.mirror),
                    says(review.content.grew),
                    says(review.content.let_go),
                    review.content.lean_on,
                ),
            )
            for month, review in reviewed
            if review is not None
        ],
        questions=QUESTIONS,
        leaves_out=bool(wishes.without_names),
        drawn=apply_print_styles,
        styles=(STATIC / "css" / "document.css").read_text(encoding="utf-8"),
        printed_on=today,
    )


def _shorten_passage(text: str, wishes: DocumentOptions) -> str:
    # What is cut stands whole among the days. No name may be cut before it is left out.
    return shorten(text) if wishes.every_day else text


def _remove_names(content: DayContent, says: NameRemover) -> DayContent:
    return DayContent(
        tuple(replace(answer, text=says(answer.text)) for answer in content.answers),
        says(content.note),
        says(content.commitment),
    )
