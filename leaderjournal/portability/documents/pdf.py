"""Typesets a month or a year: WeasyPrint makes a tagged PDF with bookmarks of a page of HTML."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from flask import current_app

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.isolated_process import LimitExceeded, run_isolated
from leaderjournal.kernel.settings import ROOT
from leaderjournal.portability.documents.drawings import apply_print_styles
from leaderjournal.portability.documents.rules import NameRemover, shorten
from leaderjournal.practice import catalogue
from leaderjournal.reflections import store as reflections_store
from leaderjournal.reflections.rules import DayContent
from leaderjournal.reviews import store as reviews_store
from leaderjournal.reviews.charts.rules import group_by_week
from leaderjournal.reviews.monthly import store as monthly_store
from leaderjournal.reviews.monthly.rules import QUESTIONS, ReviewContent
from leaderjournal.reviews.periods.rules import Period, list_charted_months

STATIC = ROOT / "static"


class PdfUnavailable(Exception):
    """This machine lacks the libraries that typesetting needs; the message says what to do."""


class PdfTooLarge(Exception):
    """This document needs more memory or time than typesetting may have."""


@dataclass(frozen=True, slots=True)
class DocumentOptions:
    """Whether a document holds every day's words, and which names it leaves out."""

    every_day: bool = True
    without_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintedReview:
    """A month's review as it is printed."""

    month: Period
    content: ReviewContent


def render_pdf(
    leader: Leader,
    period: Period,
    wishes: DocumentOptions,
    *,
    today: LocalDate,
    tell: Callable[[str], None] = lambda _stage: None,
) -> bytes:
    """Return the PDF of a month or a year.

    `tell` is told the stage: "reading", then "typesetting". Raises CannotTypeset, and
    TooLargeToTypeset where it would need more memory than it may have.
    """
    tell("reading")
    page = render_page(leader, period, wishes, today=today)
    tell("typesetting")
    try:
        return run_isolated(
            write_pdf, page, megabytes=get_settings().job_megabytes, load=load_weasyprint
        )
    except LimitExceeded as error:
        raise PdfTooLarge("This PDF is too large to be made here. Choose less.") from error
    except PdfUnavailable:
        current_app.logger.warning("no PDF can be made: Pango is not installed")
        raise


def write_pdf(page: str) -> bytes:
    """Return the PDF of a page of HTML. Raises CannotTypeset."""
    printer = load_weasyprint()
    pdf: bytes = printer.HTML(
        string=page, base_url=f"{STATIC.as_uri()}/", url_fetcher=_build_font_fetcher(printer)
    ).write_pdf(pdf_tags=True)
    return pdf


def render_page(
    leader: Leader, period: Period, wishes: DocumentOptions, *, today: LocalDate
) -> str:
    """Return the page of HTML that is typeset; whoever is to be left out is in none of it."""
    says = NameRemover(wishes.without_names)
    portrait = reviews_store.get_report(leader, period, today=today)
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


def load_weasyprint() -> Any:
    """Return WeasyPrint. Raises CannotTypeset."""
    try:
        import weasyprint  # noqa: PLC0415 - it needs libraries that not every machine has
    except OSError as error:
        raise PdfUnavailable(
            "This server lacks Pango, which typesets PDFs. Its operator can install it."
        ) from error
    return weasyprint


def _build_font_fetcher(printer: Any) -> Any:
    """Return a fetcher of our own fonts; a document asks for nothing else, here or elsewhere."""
    return printer.urls.URLFetcher(allowed_protocols={"file"}, fail_on_errors=True)
