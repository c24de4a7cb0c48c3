"""Makes a tagged PDF with bookmarks of a month or a year, with WeasyPrint."""

from collections.abc import Callable
from typing import Any

from flask import current_app

from leaderjournal.accounts.store import Leader
from leaderjournal.kernel.context import get_settings
from leaderjournal.kernel.days import LocalDate
from leaderjournal.kernel.isolated_process import LimitExceeded, run_isolated
from leaderjournal.portability.documents.page import STATIC, render_page
from leaderjournal.portability.documents.rules import DocumentOptions
from leaderjournal.reviews.periods.rules import Period


class PdfUnavailable(Exception):
    """This machine lacks the libraries that PDFs need; the message says what to do."""


class PdfTooLarge(Exception):
    """The PDF needs more memory or time than it may have."""


def render_pdf(
    leader: Leader,
    period: Period,
    options: DocumentOptions,
    *,
    today: LocalDate,
    tell: Callable[[str], None] = lambda _stage: None,
) -> bytes:
    """Return the PDF of a month or a year.

    `tell` is called with each stage as it begins: "reading", then "typesetting". Raises
    PdfUnavailable, and PdfTooLarge where the PDF needs more memory than it may have.
    """
    tell("reading")
    page = render_page(leader, period, options, today=today)
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
    """Return the PDF of a page of HTML. Raises PdfUnavailable."""
    printer = load_weasyprint()
    pdf: bytes = printer.HTML(
        string=page, base_url=f"{STATIC.as_uri()}/", url_fetcher=_build_font_fetcher(printer)
    ).write_pdf(pdf_tags=True)
    return pdf


def load_weasyprint() -> Any:
    """Return WeasyPrint. Raises PdfUnavailable."""
    try:
        import weasyprint  # noqa: PLC0415 - it needs libraries that not every machine has
    except OSError as error:
        raise PdfUnavailable(
            "This server lacks Pango, which typesets PDFs. Its operator can install it."
        ) from error
    return weasyprint


def _build_font_fetcher(printer: Any) -> Any:
    """Return a fetcher that reads our own fonts and nothing else."""
    return printer.urls.URLFetcher(allowed_protocols={"file"}, fail_on_errors=True)
