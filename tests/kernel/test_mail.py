# ruff: noqa: N802 - aiosmtpd names its hooks after the commands
import email
import email.policy
import gc
import smtplib
import socket
import ssl
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from uuid import UUID

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from leaderjournal.kernel import mail
from leaderjournal.kernel.days import Instant

NOW = Instant(datetime(2026, 11, 25, 16, 45, 12, tzinfo=UTC))
SENDER = "Leader Journal <journal@journal.example.org>"
LONG_URL = "https://journal.example.org/prompts/unsubscribe/" + "IjAxOTNh" * 12 + ".x_-" + "z" * 43


def a_message(**changes):
    values = {
        "sender": SENDER,
        "to": "ann@example.org",
        "subject": "Lead from the front",
        "body": "What did you look at first?\n",
        "now": NOW,
    }
    return mail.compose(**values | changes)


def read(raw: bytes):
    return email.message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=email.policy.default)


class Post:
    """A mail server's behaviour: it keeps what it is given, by connection, and replies as told."""

    def __init__(self, **replies: str) -> None:
        self.replies = replies
        self.hangs_up_at = ""
        self.kept: list[tuple[object, bytes]] = []
        self.asked: list[str] = []

    @property
    def messages(self):
        return [read(raw) for _, raw in self.kept]

    @property
    def connections(self) -> int:
        return len({peer for peer, _ in self.kept})

    def _reply(self, command, server, usual):
        self.asked.append(command)
        if self.hangs_up_at == command:
            server.transport.abort()
        return self.replies.get(command, usual)

    async def handle_NOOP(self, server, session, envelope, arg):
        return self._reply("NOOP", server, "250 OK")

    async def handle_MAIL(self, server, session, envelope, address, options):
        reply = self._reply("MAIL", server, "250 OK")
        if reply.startswith("250"):
            envelope.mail_from = address
        return reply

    async def handle_RCPT(self, server, session, envelope, address, options):
        reply = self._reply("RCPT", server, "250 OK")
        if address.startswith("nobody@"):
            reply = "550 No such person"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server, session, envelope):
        self.kept.append((session.peer, envelope.content))
        return self._reply("DATA", server, "250 OK")

    async def handle_QUIT(self, server, session, envelope):
        return self._reply("QUIT", server, "221 Bye")


class Patient(Post):
    """Takes two mails a connection and sends the third away (as Exim does)."""

    async def handle_MAIL(self, server, session, envelope, address, options):
        if [peer for peer, _ in self.kept].count(session.peer) >= 2:
            return "421 Enough for one connection"
        return await super().handle_MAIL(server, session, envelope, address, options)


@contextmanager
def a_server(handler, *, port=0, **options):
    if not port:
        with socket.create_server(("127.0.0.1", 0)) as free:  # aiosmtpd wants to know its port
            port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield controller
    finally:
        controller.stop()


@pytest.fixture
def post():
    return Post()


@pytest.fixture
def server(post):
    with a_server(post) as controller:
        yield controller


@pytest.fixture
def smtp_url(server) -> str:
    return f"smtp://127.0.0.1:{server.port}"


@pytest.fixture
def authority(tmp_path, monkeypatch):
    """A certificate authority that this process trusts."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    return authority


@pytest.fixture
def tls(authority) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def only_ann(server, session, envelope, mechanism, login):
    good = (login.login, login.password) == (b"ann@example.org", b"p:ss/w rd")
    return AuthResult(success=good, handled=False)


# What a message says of itself


def test_a_message_arrives_whole(mailbox, environment):
    mail.send(environment["SMTP_URL"], a_message())
    [message] = mailbox
    assert message["From"] == SENDER
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == "Lead from the front"
    assert parsedate_to_datetime(message["Date"]) == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_payload() == "What did you look at first?\r\n"


def test_a_message_is_named_under_the_senders_own_domain():
    one, other = a_message(), a_message()
    name, domain = one["Message-ID"].strip("<>").split("@")
    assert UUID(name)
    assert domain == "journal.example.org"
    assert one["Message-ID"] != other["Message-ID"]


def test_a_second_copy_of_a_named_message_bears_the_same_name():
    name = UUID(int=7)
    assert a_message(name=name)["Message-ID"] == f"<{name}@journal.example.org>"


def test_a_message_can_be_read_with_and_without_html(smtp_url, post):
    mail.send(smtp_url, a_message(html="<p>What did <b>you</b> look at first?</p>"))
    [message] = post.messages
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()  # the last one is the best (RFC 2046, 5.1.4)
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content() == "What did you look at first?\n"
    assert html.get_content_type() == "text/html"
    assert html.get_content() == "<p>What did <b>you</b> look at first?</p>\n"


@pytest.mark.parametrize("times", [1, 40])
def test_every_letter_arrives_over_seven_bits_and_short_lines(smtp_url, post, times):
    words = "Führen heißt vorangehen — “gut” 🙂 " * times
    mail.send(smtp_url, a_message(subject="Prüfen", body=words, html=f"<p>{words}</p>"))
    [(_, raw)] = post.kept
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78
    [message] = post.messages
    assert message["Subject"] == "Prüfen"
    assert message.get_body(("plain",)).get_content().strip() == words.strip()
    assert words.strip() in message.get_body(("html",)).get_content()


def test_a_long_address_to_unsubscribe_is_neither_folded_nor_encoded(smtp_url, post):
    headers = [("List-Unsubscribe", f"<{LONG_URL}>"), ("List-Unsubscribe-Post", "a=b")]
    mail.send(smtp_url, a_message(headers=headers))
    [(_, raw)] = post.kept
    assert f"\r\nList-Unsubscribe: <{LONG_URL}>\r\n".encode() in raw
    assert post.messages[0]["List-Unsubscribe-Post"] == "a=b"


@pytest.mark.parametrize("field", ["to", "subject", "sender"])
def test_a_line_break_makes_no_header_of_its_own(field):
    with pytest.raises(ValueError, match="linefeed"):
        a_message(**{field: "ann@example.org\nBcc: bob@example.org"})


def test_a_line_break_in_an_address_to_unsubscribe_is_refused():
    with pytest.raises(ValueError, match="linefeed"):
        a_message(headers=[("List-Unsubscribe", "<https://a>\r\nBcc: bob@example.org")])


@pytest.mark.parametrize("sender", ["", "Leader Journal", "journal", "a@b.org, c@d.org"])
def test_a_sender_without_an_address_is_no_configuration(sender):
    with pytest.raises(mail.MailNotConfigured, match="MAIL_FROM"):
        a_message(sender=sender)


# How it is sent


@pytest.mark.parametrize(
    "smtp_url",
    [
        "",
        "smtp.example.org",
        "http://smtp.example.org",
        "smtp://",
        "smtp://host:port",
        "smtp://host:99999",
        "smtp://[::1",
    ],
)
def test_a_malformed_address_of_a_mail_server_is_named(smtp_url):
    with pytest.raises(mail.MailNotConfigured, match="SMTP_URL"):
        mail.send(smtp_url, a_message())


def test_mail_goes_over_tls_from_the_first_byte(post, tls):
    with a_server(post, ssl_context=tls) as server:
        mail.send(f"smtps://127.0.0.1:{server.port}", a_message())
    assert len(post.messages) == 1


def test_mail_goes_over_tls_after_starttls(post, tls):
    with a_server(post, tls_context=tls, require_starttls=True) as server:
        mail.send(f"smtp+starttls://127.0.0.1:{server.port}", a_message())
        with pytest.raises(smtplib.SMTPSenderRefused):
            mail.send(f"smtp://127.0.0.1:{server.port}", a_message())
    assert len(post.messages) == 1


def test_mail_is_never_sent_in_the_clear_where_starttls_was_asked_for(smtp_url, post):
    with pytest.raises(smtplib.SMTPNotSupportedError):
        mail.send(smtp_url.replace("smtp:", "smtp+starttls:"), a_message())
    gc.collect()  # a connection that was left open would speak up here
    assert post.messages == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_no_mail(
    post, tls, scheme, monkeypatch, tmp_path
):
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "another.pem"))
    context = {"smtps": {"ssl_context": tls}, "smtp+starttls": {"tls_context": tls}}[scheme]
    with a_server(post, **context) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            mail.send(f"{scheme}://127.0.0.1:{server.port}", a_message())
        gc.collect()
    assert post.messages == []


def test_a_certificate_for_another_host_is_not_enough(post, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("smtp.example.org").configure_cert(context)
    with (
        a_server(post, ssl_context=context) as server,
        pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1"),
    ):
        mail.send(f"smtps://127.0.0.1:{server.port}", a_message())


def test_user_and_password_sign_in(post, tls):
    options = {"tls_context": tls, "authenticator": only_ann, "auth_required": True}
    with a_server(post, **options) as server:
        where = f"127.0.0.1:{server.port}"
        mail.send(f"smtp+starttls://ann%40example.org:p%3Ass%2Fw%20rd@{where}", a_message())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mail.send(f"smtp+starttls://ann%40example.org:guessed@{where}", a_message())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mail.send(f"smtp+starttls://ann%40example.org@{where}", a_message())
        with pytest.raises(smtplib.SMTPSenderRefused):
            mail.send(f"smtp+starttls://{where}", a_message())
        gc.collect()
    assert len(post.messages) == 1


# What can go wrong on the way


def test_a_mail_server_that_is_not_there_is_an_error_of_the_system(post):
    with a_server(post) as server:
        pass
    with pytest.raises(OSError, match="refused"):
        mail.send(f"smtp://127.0.0.1:{server.port}", a_message())


def test_a_server_that_hangs_up_without_a_word_is_an_error_of_the_mail():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            listening.accept()[0].close()

        hanging_up = threading.Thread(target=hang_up)
        hanging_up.start()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            mail.send(f"smtp://127.0.0.1:{listening.getsockname()[1]}", a_message())
        hanging_up.join()


def test_a_server_that_takes_no_mail_says_so_at_once():
    post = Post(MAIL="550 Not from you")
    with a_server(post) as server, pytest.raises(smtplib.SMTPSenderRefused):
        mail.send(f"smtp://127.0.0.1:{server.port}", a_message())


def test_a_mail_to_somebody_unknown_is_refused(smtp_url):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.send(smtp_url, a_message(to="nobody@example.org"))


def test_a_mail_that_the_server_does_not_like_is_refused():
    post = Post(DATA="554 Spam")
    with a_server(post) as server, pytest.raises(smtplib.SMTPDataError):
        mail.send(f"smtp://127.0.0.1:{server.port}", a_message())


def test_a_mail_that_was_taken_is_sent_whatever_the_server_says_in_parting(post, smtp_url):
    post.replies["QUIT"] = "421 Not so fast"
    mail.send(smtp_url, a_message())
    post.hangs_up_at = "QUIT"
    mail.send(smtp_url, a_message())
    assert len(post.messages) == 2


# Several mails over one connection


def test_several_mails_go_over_one_connection(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        for number in range(5):
            connection.send(a_message(subject=str(number)))
    assert [message["Subject"] for message in post.messages] == list("01234")
    assert post.connections == 1


def test_a_connection_is_opened_by_the_first_mail_alone():
    with mail.MailConnection("smtp://127.0.0.1:9"):
        pass


def test_a_refused_recipient_does_not_hold_up_the_next_mail(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(a_message())
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            connection.send(a_message(to="nobody@example.org"))
        connection.send(a_message())
    assert post.connections == 1
    assert len(post.messages) == 2


def test_a_server_that_starts_anew_between_two_mails_gets_both(post):
    with a_server(post) as server:
        connection = mail.MailConnection(f"smtp://127.0.0.1:{server.port}")
        connection.send(a_message())
    with a_server(post, port=server.port), connection:
        connection.send(a_message())
    assert post.connections == 2
    assert len(post.messages) == 2


def test_a_server_that_wants_no_more_on_one_connection_gets_another():
    post = Patient()
    with (
        a_server(post) as server,
        mail.MailConnection(f"smtp://127.0.0.1:{server.port}") as connection,
    ):
        for number in range(5):
            connection.send(a_message(subject=str(number)))
    assert [message["Subject"] for message in post.messages] == list("01234")
    assert post.connections == 3


def test_a_server_that_says_it_is_closing_gets_the_next_mail_on_another_connection(post, smtp_url):
    post.replies["NOOP"] = "421 Closing"
    with mail.MailConnection(smtp_url) as connection:
        connection.send(a_message())
        connection.send(a_message())
    gc.collect()
    assert post.connections == 2


def test_a_sender_refused_for_good_is_not_tried_again(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(a_message())
        post.replies["MAIL"] = "550 Not from you"
        with pytest.raises(smtplib.SMTPSenderRefused):
            connection.send(a_message())
        assert post.asked.count("MAIL") == 2


def test_a_server_that_sends_the_sender_away_at_once_is_asked_no_third_time(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(a_message())
        post.replies["MAIL"] = "421 Never on a Sunday"
        with pytest.raises(smtplib.SMTPSenderRefused):
            connection.send(a_message())
        assert post.asked.count("MAIL") == 3


def test_a_mail_that_may_have_been_taken_is_not_sent_twice(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(a_message(subject="first"))
        post.hangs_up_at = "DATA"
        with pytest.raises(smtplib.SMTPServerDisconnected):
            connection.send(a_message(subject="second"))
        post.hangs_up_at = ""
        connection.send(a_message(subject="third"))
    assert [message["Subject"] for message in post.messages] == ["first", "second", "third"]
    assert post.connections == 2
