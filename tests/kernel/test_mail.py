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


def create_message(**changes):
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
def run_mail_server(handler, *, port=0, **options):
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
    with run_mail_server(post) as controller:
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


def test_message_arrives_complete(mailbox, environment):
    mail.send(environment["SMTP_URL"], create_message())
    [message] = mailbox
    assert message["From"] == SENDER
    assert message["To"] == "ann@example.org"
    assert message["Subject"] == "Lead from the front"
    assert parsedate_to_datetime(message["Date"]) == NOW
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_payload() == "What did you look at first?\r\n"


def test_message_id_uses_the_domain_of_the_sender():
    one, other = create_message(), create_message()
    name, domain = one["Message-ID"].strip("<>").split("@")
    assert UUID(name)
    assert domain == "journal.example.org"
    assert one["Message-ID"] != other["Message-ID"]


def test_second_copy_of_a_named_message_has_the_same_message_id():
    name = UUID(int=7)
    assert create_message(name=name)["Message-ID"] == f"<{name}@journal.example.org>"


def test_message_is_readable_with_and_without_html(smtp_url, post):
    mail.send(smtp_url, create_message(html="<p>What did <b>you</b> look at first?</p>"))
    [message] = post.messages
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()  # the last one is the best (RFC 2046, 5.1.4)
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content() == "What did you look at first?\n"
    assert html.get_content_type() == "text/html"
    assert html.get_content() == "<p>What did <b>you</b> look at first?</p>\n"


@pytest.mark.parametrize("times", [1, 40])
def test_every_character_survives_seven_bits_and_short_lines(smtp_url, post, times):
    words = "Führen heißt vorangehen — “gut” 🙂 " * times
    mail.send(smtp_url, create_message(subject="Prüfen", body=words, html=f"<p>{words}</p>"))
    [(_, raw)] = post.kept
    assert raw.isascii()
    assert max(len(line) for line in raw.splitlines()) <= 78
    [message] = post.messages
    assert message["Subject"] == "Prüfen"
    assert message.get_body(("plain",)).get_content().strip() == words.strip()
    assert words.strip() in message.get_body(("html",)).get_content()


def test_long_unsubscribe_url_is_neither_folded_nor_encoded(smtp_url, post):
    headers = [("List-Unsubscribe", f"<{LONG_URL}>"), ("List-Unsubscribe-Post", "a=b")]
    mail.send(smtp_url, create_message(headers=headers))
    [(_, raw)] = post.kept
    assert f"\r\nList-Unsubscribe: <{LONG_URL}>\r\n".encode() in raw
    assert post.messages[0]["List-Unsubscribe-Post"] == "a=b"


@pytest.mark.parametrize("field", ["to", "subject", "sender"])
def test_line_break_does_not_inject_a_header(field):
    with pytest.raises(ValueError, match="linefeed"):
        create_message(**{field: "ann@example.org\nBcc: bob@example.org"})


def test_line_break_in_an_unsubscribe_url_is_refused():
    with pytest.raises(ValueError, match="linefeed"):
        create_message(headers=[("List-Unsubscribe", "<https://a>\r\nBcc: bob@example.org")])


@pytest.mark.parametrize("sender", ["", "Leader Journal", "journal", "a@b.org, c@d.org"])
def test_sender_without_an_address_is_refused(sender):
    with pytest.raises(mail.MailNotConfigured, match="MAIL_FROM"):
        create_message(sender=sender)


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
def test_malformed_smtp_url_is_refused(smtp_url):
    with pytest.raises(mail.MailNotConfigured, match="SMTP_URL"):
        mail.send(smtp_url, create_message())


def test_smtps_uses_tls_from_the_first_byte(post, tls):
    with run_mail_server(post, ssl_context=tls) as server:
        mail.send(f"smtps://127.0.0.1:{server.port}", create_message())
    assert len(post.messages) == 1


def test_starttls_switches_to_tls(post, tls):
    with run_mail_server(post, tls_context=tls, require_starttls=True) as server:
        mail.send(f"smtp+starttls://127.0.0.1:{server.port}", create_message())
        with pytest.raises(smtplib.SMTPSenderRefused):
            mail.send(f"smtp://127.0.0.1:{server.port}", create_message())
    assert len(post.messages) == 1


def test_mail_is_not_sent_unencrypted_if_starttls_is_required(smtp_url, post):
    with pytest.raises(smtplib.SMTPNotSupportedError):
        mail.send(smtp_url.replace("smtp:", "smtp+starttls:"), create_message())
    gc.collect()  # a connection that was left open would speak up here
    assert post.messages == []


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_untrusted_certificate_gets_no_mail(post, tls, scheme, monkeypatch, tmp_path):
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "another.pem"))
    context = {"smtps": {"ssl_context": tls}, "smtp+starttls": {"tls_context": tls}}[scheme]
    with run_mail_server(post, **context) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            mail.send(f"{scheme}://127.0.0.1:{server.port}", create_message())
        gc.collect()
    assert post.messages == []


def test_certificate_for_another_host_is_refused(post, authority):
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("smtp.example.org").configure_cert(context)
    with (
        run_mail_server(post, ssl_context=context) as server,
        pytest.raises(ssl.SSLCertVerificationError, match=r"127\.0\.0\.1"),
    ):
        mail.send(f"smtps://127.0.0.1:{server.port}", create_message())


def test_user_and_password_of_the_url_sign_in(post, tls):
    options = {"tls_context": tls, "authenticator": only_ann, "auth_required": True}
    with run_mail_server(post, **options) as server:
        where = f"127.0.0.1:{server.port}"
        mail.send(f"smtp+starttls://ann%40example.org:p%3Ass%2Fw%20rd@{where}", create_message())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mail.send(f"smtp+starttls://ann%40example.org:guessed@{where}", create_message())
        with pytest.raises(smtplib.SMTPAuthenticationError):
            mail.send(f"smtp+starttls://ann%40example.org@{where}", create_message())
        with pytest.raises(smtplib.SMTPSenderRefused):
            mail.send(f"smtp+starttls://{where}", create_message())
        gc.collect()
    assert len(post.messages) == 1


# What can go wrong on the way


def test_missing_mail_server_raises_oserror(post):
    with run_mail_server(post) as server:
        pass
    with pytest.raises(OSError, match="refused"):
        mail.send(f"smtp://127.0.0.1:{server.port}", create_message())


def test_server_that_hangs_up_raises_an_smtp_error():
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            listening.accept()[0].close()

        hanging_up = threading.Thread(target=hang_up)
        hanging_up.start()
        with pytest.raises(smtplib.SMTPServerDisconnected):
            mail.send(f"smtp://127.0.0.1:{listening.getsockname()[1]}", create_message())
        hanging_up.join()


def test_refused_sender_raises_an_error():
    post = Post(MAIL="550 Not from you")
    with run_mail_server(post) as server, pytest.raises(smtplib.SMTPSenderRefused):
        mail.send(f"smtp://127.0.0.1:{server.port}", create_message())


def test_unknown_recipient_is_refused(smtp_url):
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.send(smtp_url, create_message(to="nobody@example.org"))


def test_rejected_content_is_a_refusal():
    post = Post(DATA="554 Spam")
    with run_mail_server(post) as server, pytest.raises(smtplib.SMTPDataError):
        mail.send(f"smtp://127.0.0.1:{server.port}", create_message())


def test_accepted_mail_counts_as_sent_whatever_the_reply_to_quit(post, smtp_url):
    post.replies["QUIT"] = "421 Not so fast"
    mail.send(smtp_url, create_message())
    post.hangs_up_at = "QUIT"
    mail.send(smtp_url, create_message())
    assert len(post.messages) == 2


# Several mails over one connection


def test_several_mails_use_one_connection(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        for number in range(5):
            connection.send(create_message(subject=str(number)))
    assert [message["Subject"] for message in post.messages] == list("01234")
    assert post.connections == 1


def test_connection_is_opened_by_the_first_mail():
    with mail.MailConnection("smtp://127.0.0.1:9"):
        pass


def test_refused_recipient_does_not_block_the_next_mail(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(create_message())
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            connection.send(create_message(to="nobody@example.org"))
        connection.send(create_message())
    assert post.connections == 1
    assert len(post.messages) == 2


def test_server_restarted_between_two_mails_gets_both(post):
    with run_mail_server(post) as server:
        connection = mail.MailConnection(f"smtp://127.0.0.1:{server.port}")
        connection.send(create_message())
    with run_mail_server(post, port=server.port), connection:
        connection.send(create_message())
    assert post.connections == 2
    assert len(post.messages) == 2


def test_server_with_a_limit_of_mails_gets_a_new_connection():
    post = Patient()
    with (
        run_mail_server(post) as server,
        mail.MailConnection(f"smtp://127.0.0.1:{server.port}") as connection,
    ):
        for number in range(5):
            connection.send(create_message(subject=str(number)))
    assert [message["Subject"] for message in post.messages] == list("01234")
    assert post.connections == 3


def test_closing_server_gets_the_next_mail_on_a_new_connection(post, smtp_url):
    post.replies["NOOP"] = "421 Closing"
    with mail.MailConnection(smtp_url) as connection:
        connection.send(create_message())
        connection.send(create_message())
    gc.collect()
    assert post.connections == 2


def test_permanently_refused_sender_is_not_retried(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(create_message())
        post.replies["MAIL"] = "550 Not from you"
        with pytest.raises(smtplib.SMTPSenderRefused):
            connection.send(create_message())
        assert post.asked.count("MAIL") == 2


def test_closing_server_is_retried_only_once(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(create_message())
        post.replies["MAIL"] = "421 Never on a Sunday"
        with pytest.raises(smtplib.SMTPSenderRefused):
            connection.send(create_message())
        assert post.asked.count("MAIL") == 3


def test_possibly_accepted_mail_is_not_sent_twice(post, smtp_url):
    with mail.MailConnection(smtp_url) as connection:
        connection.send(create_message(subject="first"))
        post.hangs_up_at = "DATA"
        with pytest.raises(smtplib.SMTPServerDisconnected):
            connection.send(create_message(subject="second"))
        post.hangs_up_at = ""
        connection.send(create_message(subject="third"))
    assert [message["Subject"] for message in post.messages] == ["first", "second", "third"]
    assert post.connections == 2
