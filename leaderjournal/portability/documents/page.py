"""The page of HTML that a PDF of a month or a year is made of."""

from flask import current_app

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.settings import ROOT
from leaderjournal.portability.documents.directions.rules import split_by_direction
from leaderjournal.portability.documents.drawings import apply_print_styles
from leaderjournal.portability.documents.names.rules import NameRemover
from leaderjournal.portability.documents.printout import Printout, build_printout
from leaderjournal.portability.documents.rules import DocumentOptions, shorten
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.periods.rules import Period, list_charted_months
from leaderjournal.reviews.reports import store as reports_store

STATIC = ROOT / "static"


def render_page(
    leader: Leader, period: Period, options: DocumentOptions, *, today: LocalDate
) -> str:
    """Return the page of HTML that becomes a PDF.

    No name that `options` leave out is in it, and no word of a day where they leave out the days.
    """
    remove_names = NameRemover(options.without_names)
    # Not `render_template`, which adds what pages know of the request: the worker has none.
    template = current_app.jinja_env.get_template("portability/document/document.html")
    return template.render(
        printout=_gather_printout(leader, period, options, remove_names, today=today),
        leader_name=remove_names(leader.name) if options.without_names else leader.name,
        mirror=catalogue.MIRROR_SCORES,
        leaves_out=bool(options.without_names),
        print_styled=apply_print_styles,
        split_by_direction=split_by_direction,
        styles=(STATIC / "css" / "document.css").read_text(encoding="utf-8"),
        printed_on=today,
    )


def _gather_printout(
    leader: Leader,
    period: Period,
    options: DocumentOptions,
    remove_names: NameRemover,
    *,
    today: LocalDate,
) -> Printout:
    months = list_charted_months(period) if period.is_year else (period,)
    reviews = [
        (month, review.content)
        for month in months
        if (review := monthly_store.get_review(leader.cipher, month))
    ]

    def change_passage(text: str) -> str:
        # A passage is cut where the whole text is printed too. No name may be cut before it is
        # removed.
        changed = remove_names(text)
        return shorten(changed) if options.every_day else changed

    return build_printout(
        reports_store.get_report(leader, period, today=today),
        reviews=reviews,
        days=_list_days(leader, period) if options.every_day else (),
        keys=catalogue.list_keys(),
        labels=catalogue.MIRROR_SCORES,
        change_text=remove_names,
        change_passage=change_passage,
    )


def _list_days(leader: Leader, period: Period) -> list[tuple[LocalDate, DayContent]]:
    """Return the content of the days with an entry, the earliest first."""
    days = reflections_store.iter_days(leader.cipher, first=period.first, last=period.last)
    return [(day.local_date, day.content) for day in days if day.content.completed][::-1]
