"""The PDF of a month or a year: valid, with real text and bookmarks, without names where wished."""

import io
from datetime import timedelta
from uuid import UUID

import pikepdf
import pypdf
import pytest
import sqlalchemy as sa
from factories import create_leader

from leaderjournal.kernel import clock
from leaderjournal.kernel.database import db
from leaderjournal.kernel.days import Instant
from leaderjournal.portability.documents import store
from leaderjournal.portability.documents.models import Document
from leaderjournal.portability.documents.names.rules import NameRemover
from leaderjournal.portability.documents.rules import parse_names, shorten
from leaderjournal.worker import run_queued_tasks

WORDS = "Sat with Mira while Jonas led the review, and kept quiet until Mira’s turn."


def write_days(leader):
    leader.writes("2026-03-05", ("let-go", 4, WORDS), ("lead-from-front", 2, "Looked away."))
    leader.writes("2026-03-06", ("let-go", 5, "Naïve hopes held, it seems: the deal came."))
    leader.writes("2026-05-06", ("protect-and-serve", 3, "Coached Tomas."), note="A long day.")
    leader.call("PUT", "/reviews/2026-03", {"mirror": "I saw Mira grow.", "lean_on": "let-go"})


def fetch_pdf(leader, **wishes):
    query = "&".join(f"{name}={value}" for name, value in wishes.items())
    reply = leader.client.get(f"/api/v1/export?format=pdf&{query}", headers=leader.headers)
    assert reply.status_code == 200, reply.text
    return reply.data


def text_of(pdf):
    pages = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    # pypdf reads two letters for one where a font lacks a letter of the text.
    return " ".join(" ".join(page.replace("\x00", "").split()) for page in pages)


def list_bookmarks(outline):
    found = []
    for entry in outline:
        found += list_bookmarks(entry) if isinstance(entry, list) else [entry.title]
    return found


@pytest.mark.parametrize("period", ["2026-03", "2026"])
def test_pdf_is_valid_tagged_and_has_bookmarks(leader, period):
    write_days(leader)
    pdf = fetch_pdf(leader, period=period)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert opened.check_pdf_syntax() == []
        assert opened.Root.MarkInfo.Marked
        assert "/StructTreeRoot" in opened.Root
        assert str(opened.Root.Lang) == "en"
    text = text_of(pdf)
    assert "Sat with Mira while Jonas led the review" in text
    assert "I saw Mira grow." in text
    titles = list_bookmarks(pypdf.PdfReader(io.BytesIO(pdf)).outline)
    for title in ("The figures", "The three keys", "Every day", "Thursday 5 March 2026"):
        assert title in titles


def test_names_are_removed_everywhere(leader):
    write_days(leader)
    text = text_of(fetch_pdf(leader, period="2026", without_names="Mira, Jonas, Tomas"))
    assert "Sat with someone while someone led the review" in text
    assert "until someone’s turn" in text
    assert "I saw someone grow." in text
    for name in ("Mira", "Jonas", "Tomas"):
        assert name not in text, name


def test_name_at_the_cut_of_a_passage_is_removed(leader):
    before = "word " * 118
    leader.writes("2026-03-05", ("let-go", 4, f"{before} Quetzal Coatl {'after ' * 40}"))
    text = text_of(fetch_pdf(leader, period="2026-03", without_names="Quetzal Coatl"))
    assert "Worth rereading" in text
    assert "Quetzal" not in text


def test_pdf_without_days_holds_no_day_texts(leader):
    write_days(leader)
    text = text_of(fetch_pdf(leader, period="2026-05", every_day="false"))
    assert "Every day" not in text
    assert "The figures" in text


def test_invalid_fields_are_reported(leader):
    assert "period" in leader.get("/export?format=pdf&period=2026-13").json["errors"]
    long = "x" * 81
    reply = leader.get(f"/export?format=pdf&without_names={long}")
    assert "without_names" in reply.json["errors"]


def test_page_offers_found_names_and_makes_the_pdf(app, leader, browser, post):
    write_days(leader)
    asked = browser.get("/settings/document/2026-03").text
    assert "Jonas, Mira" in asked
    shown = post(
        "/settings/document/2026-03", every_day="yes", names="without", without_names="Mira\nJonas"
    )
    assert "March 2026 is ready" in shown.text
    pdf = browser.get(f"{shown.request.path}/file")
    assert pdf.content_type == "application/pdf"
    assert "Mira" not in text_of(pdf.data)
    with app.app_context():
        [row] = db.session.scalars(sa.select(Document).options(sa.orm.undefer("*")))
        assert b"Mira" not in row.options_encrypted
        assert not row.content_encrypted.startswith(b"%PDF")


def test_pdf_of_a_year_is_made_by_the_worker_and_kept_for_a_day(app, client, leader, browser, post):
    write_days(leader)
    shown = post("/settings/document/2026", every_day="yes", names="with")
    path = shown.request.path
    assert "Creating your PDF" in shown.text
    assert browser.get(f"{path}/file").status_code == 404
    assert run_queued_tasks(app) == 1
    assert "2026 is ready" in browser.get(path).text
    assert browser.get(f"{path}/file").data.startswith(b"%PDF")
    with app.app_context():
        other = store.get_document
        document_id = UUID(path.rpartition("/")[2])
        from leaderjournal.accounts import store as accounts_store

        stranger = accounts_store.find_leader(UUID(create_leader(client).id))
        assert other(stranger, document_id) is None
        assert store.get_pdf(stranger, document_id) is None
        assert store.delete_expired(now=clock.now()) == 0
        assert store.delete_expired(now=Instant(clock.now() + timedelta(hours=25))) == 1
    assert browser.get(path).status_code == 404


def test_whole_names_are_removed_longest_first():
    says = NameRemover(("Ana", "Ana Lopez", "Jo"))
    assert says("Ana Lopez and ANA, not Analysis; @Jo's turn, not Joanna.") == (
        "someone and someone, not Analysis; someone's turn, not Joanna."
    )
    assert NameRemover(())("Ana") == "Ana"


def test_names_are_separated_by_commas_or_lines():
    assert parse_names("Mira, @Jonas\nAna  Lopez;;Mira,") == ("Mira", "Jonas", "Ana Lopez")
    with pytest.raises(ValueError, match="500"):
        parse_names(",".join(map(str, range(501))))


def test_shortened_passage_ends_at_a_word():
    assert shorten("short") == "short"
    assert shorten("word " * 200).endswith("word …")
    assert len(shorten("x" * 900)) == 602


def test_pdf_holds_the_log_without_removed_names(leader):
    write_days(leader)
    mira = leader.call("POST", "/people", {"name": "Mira"}).json["id"]
    leader.call("PUT", f"/people/{mira}/acts/2026-03-05", {"acts": ["coach", "help"]})
    leader.call("POST", "/wins", {"text": "A tender", "local_date": "2026-03-05"})
    number = {"period": "2026-03", "target": 1200, "actual": 900.5, "unit": "deals"}
    leader.call("POST", "/numbers", number)
    pdf = fetch_pdf(leader, period="2026-03")
    assert "From your log" in list_bookmarks(pypdf.PdfReader(io.BytesIO(pdf)).outline)
    text = text_of(pdf)
    for told in (
        "Times you helped Mira 2",
        "Wins celebrated 0 of 1",
        "The number, deals 900.5 of 1,200",
    ):
        assert told in text
    text = text_of(fetch_pdf(leader, period="2026-03", without_names="Mira"))
    assert "Times you helped someone 2" in text
    assert "Mira" not in text


def test_every_spelling_of_a_name_is_removed(leader):
    leader.writes("2026-03-05", ("let-go", 4, "O’Brien and Zoe\u0308 led. Anna‑Lena asked."))
    leader.writes(
        "2026-03-06", ("let-go", 4, "Jean\nLuc stayed. 今天王小明来了。"), note="Miras Idee"
    )
    leader.call("POST", "/numbers", {"period": "2026-03", "actual": 3, "unit": "deals of Zoë"})
    names = "O'Brien, Zoë, Anna-Lena, Jean Luc, 王小明, Mira"
    pdf = fetch_pdf(leader, period="2026-03", without_names=names)
    text = text_of(pdf)
    assert "someone and someone led. someone asked." in text
    assert "someone stayed." in text
    assert "deals of someone" in text
    for part in ("Brien", "Zoe", "Zoë", "Anna", "Lena", "Jean", "Luc", "王", "小明", "Mira"):
        assert part not in text, part
