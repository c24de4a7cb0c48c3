import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from html.parser import HTMLParser
from uuid import UUID

import pytest

from leaderjournal.kernel import mail
from leaderjournal.kernel.days import Instant, LocalDate
from leaderjournal.practice import catalogue
from leaderjournal.prompts.mail.prompt_mail import compose_prompt_mail
from leaderjournal.prompts.mail.unsubscribe_tokens import create_unsubscribe_token

DUE = Instant(datetime(2026, 11, 25, 16, 45, tzinfo=UTC))
ACCOUNT = UUID("0193a4c1-7b7e-7c11-9a55-0a4ef2b3c4d5")
STOP = (
    f"https://journal.example.org/prompts/unsubscribe/{create_unsubscribe_token(ACCOUNT, 'x' * 40)}"
)
REFLECT = "https://journal.example.org/?key=protect-and-serve"
QUESTION = "Who went home with something useful because of you today, and what was it?"


def compose_mail(**changes):
    values = {
        "to": "ann@example.org",
        "sender": "Leader Journal <journal@journal.example.org>",
        "question": QUESTION,
        "key_name": "Protect & serve",
        "reflect_url": REFLECT,
        "unsubscribe_url": STOP,
        "local_date": LocalDate(date(2026, 11, 5)),
        "due_at": DUE,
    }
    return compose_prompt_mail(**values | changes)


@pytest.fixture(autouse=True)
def in_the_worker(application):
    """Run without a request, as in the worker."""
    with application.app_context():
        yield


def get_parts(message) -> tuple[str, str]:
    plain, html = message.iter_parts()
    return plain.get_content(), html.get_content()


class Page(HTMLParser):
    """The text, links and tags of the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.text = ""
        self.tags: list[tuple[str, dict]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data):
        self.text += data


def test_mail_contains_the_question_as_text_and_html():
    plain, html = get_parts(compose_mail())
    for words in (plain, Page(html).text):
        assert QUESTION in words
        assert "Protect & serve" in words
        assert "Thursday, 5 November" in words


def test_subject_names_the_key_and_the_day():
    assert compose_mail()["Subject"] == "Protect & serve, 5 November"


def test_mail_links_only_to_the_journal_and_to_unsubscribe():
    plain, html = get_parts(compose_mail())
    assert re.findall(r"https?://\S+", plain) == [REFLECT, STOP]
    assert Page(html).links == [REFLECT, STOP]


def test_mail_has_one_click_unsubscribe_headers():
    message = compose_mail()
    assert message["List-Unsubscribe"] == f"<{STOP}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_header_needs_https():
    message = compose_mail(unsubscribe_url="http://127.0.0.1:8000/prompts/unsubscribe/x")
    assert message["List-Unsubscribe"] == "<http://127.0.0.1:8000/prompts/unsubscribe/x>"
    assert message["List-Unsubscribe-Post"] is None


def test_mail_suppresses_automatic_replies():
    assert compose_mail()["Auto-Submitted"] == "auto-generated"


def test_mail_loads_no_remote_content_and_has_no_tracking():
    _, html = get_parts(compose_mail())
    page = Page(html)
    assert {tag for tag, _ in page.tags} <= {
        *("html", "head", "meta", "title", "style", "body", "p", "strong", "br", "small", "h1"),
        "a",
    }
    assert not [attributes for _, attributes in page.tags if "style" in attributes]
    assert "url(" not in html
    assert "@import" not in html


def test_mail_supports_light_and_dark_schemes():
    _, html = get_parts(compose_mail())
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "prefers-color-scheme: dark" in html


def test_every_catalogue_question_appears_unchanged():
    for question in catalogue.list_questions():
        plain, html = get_parts(compose_mail(question=question.text))
        assert question.text in plain
        assert question.text in Page(html).text


def test_markup_in_a_question_is_escaped():
    _, html = get_parts(compose_mail(question='Is <b>this</b> & that "quoted"?'))
    page = Page(html)
    assert 'Is <b>this</b> & that "quoted"?' in page.text
    assert "b" not in {tag for tag, _ in page.tags}


def test_same_prompt_always_makes_the_same_mail():
    one, again = compose_mail(), compose_mail()
    assert one.items()[:-1] == again.items()[:-1]  # but for the boundary between the parts
    assert one["Message-ID"].endswith("@journal.example.org>")
    assert get_parts(one) == get_parts(again)


@pytest.mark.parametrize(
    "other",
    [
        {"due_at": Instant(DUE + timedelta(hours=1))},
        {"unsubscribe_url": STOP.replace("unsubscribe/", "unsubscribe/x")},
    ],
)
def test_different_prompt_or_leader_makes_a_different_mail(other):
    assert compose_mail()["Message-ID"] != compose_mail(**other)["Message-ID"]


def test_mail_arrives_unchanged_over_smtp(mailbox, environment):
    with mail.MailConnection(environment["SMTP_URL"]) as connection:
        connection.send(compose_mail())
        connection.send(compose_mail(to="bob@example.org"))
    ann, bob = mailbox
    assert [ann["To"], bob["To"]] == ["ann@example.org", "bob@example.org"]
    assert ann["Subject"] == "Protect & serve, 5 November"
    assert ann["List-Unsubscribe"] == f"<{STOP}>"
    assert parsedate_to_datetime(ann["Date"]) == DUE
    for part, kind in zip(ann.get_payload(), ("text/plain", "text/html"), strict=True):
        assert part.get_content_type() == kind
        assert QUESTION in part.get_payload(decode=True).decode()
