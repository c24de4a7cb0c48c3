"""Outgoing mail over SMTP, as SMTP_URL says: smtp://, smtps:// or smtp+starttls://."""

import smtplib
import ssl
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from typing import Any, Self
from urllib.parse import unquote, urlsplit
from uuid import UUID, uuid4

from leaderjournal.kernel.days import Instant

TIMEOUT_SECONDS = 20
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}

_CLOSING = 421
"""The reply of a server that is about to close the connection (RFC 5321, 3.8)."""


class MailNotConfigured(Exception):
    """SMTP_URL or MAIL_FROM is missing or malformed."""


def get_refusal_code(error: smtplib.SMTPException) -> int | None:
    """Return the code by which a server refused one message; None for any other trouble with it.

    5yz is for good, 4yz for now (RFC 5321, 4.2.1).
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, _)] = error.recipients.values()
        return int(code)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return None  # the operator may put it right
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


class _OneLine(BaseHeader):
    """A header that is never folded: the standard library would break a long address into encoded
    words, which are not allowed in it (RFC 2047, 5) and which mailbox providers do not read."""

    max_count = 1

    @staticmethod
    def parse(value: str, kwds: dict[str, Any]) -> None:
        """Read the value as the standard library reads a header that it does not know."""
        UnstructuredHeader.parse(value, kwds)

    def fold(self, *, policy: Policy) -> str:
        """Return the whole header as one line."""
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _OneLine)

# Seven bits, so that no server on the way has to change a message and break its signature.
_POLICY = EmailPolicy(header_factory=_headers, cte_type="7bit")


def compose(
    *,
    sender: str,
    to: str,
    subject: str,
    body: str,
    now: Instant,
    html: str = "",
    headers: Sequence[tuple[str, str]] = (),
    name: UUID | None = None,
) -> EmailMessage:
    """Return a message in plain text, and as `html` too where that is given.

    `name` goes into its Message-ID under the sender's own domain: a second copy of the same name
    is left out by mail stores that look for it. Without one, every message is named anew.

    Raises MailNotConfigured where `sender` holds no address, and ValueError for a line break in a
    header.
    """
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    addresses = message["From"].addresses
    if len(addresses) != 1 or not addresses[0].domain:
        raise MailNotConfigured("MAIL_FROM must look like Leader Journal <journal@example.org>")
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = now
    message["Message-ID"] = f"<{name or uuid4()}@{addresses[0].domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply to this
    for header, value in headers:
        message[header] = value
    message.set_content(body)
    if html:
        message.add_alternative(html, subtype="html")
    return message


def build_unsubscribe_headers(url: str) -> list[tuple[str, str]]:
    """Return the headers by which mail programmes offer `url` as a button of their own.

    It works by one click (RFC 8058) where the address is https, which that RFC demands; the header
    itself is of RFC 2369, 3.2.
    """
    headers = [("List-Unsubscribe", f"<{url}>")]
    if url.startswith("https://"):
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def connect(smtp_url: str) -> smtplib.SMTP:
    """Return an open connection to the mail server, signed in where the URL holds a user.

    Raises MailNotConfigured, OSError or smtplib.SMTPException.
    """
    scheme, host, port, user, password = _parse_smtp_url(smtp_url)
    with ExitStack() as when_it_fails:
        if scheme == "smtps":
            context = ssl.create_default_context()
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                host, port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
        when_it_fails.callback(server.close)
        if scheme == "smtp+starttls":
            server.starttls(context=ssl.create_default_context())
        if user:
            server.login(user, password)
        when_it_fails.pop_all()
    return server


class MailConnection:
    """A connection to the mail server, opened for the first mail and kept open for the next ones.

    To be used in a `with` statement, by one thread at a time.
    """

    def __init__(self, smtp_url: str) -> None:
        self._smtp_url = smtp_url
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: EmailMessage) -> None:
        """Send one message. What befalls it leaves the connection fit for the next one.

        Where the server has closed the connection meanwhile, or has had its fill of mails on one,
        a new one is opened; a message that it may have taken already is never sent again.

        Raises as `connect` does.
        """
        server = self._find_open_connection()
        if server is not None:
            try:
                server.send_message(message)
            except smtplib.SMTPSenderRefused as refusal:
                if refusal.smtp_code != _CLOSING:
                    raise
            else:
                return
        self._open().send_message(message)

    def close(self) -> None:
        """Take leave of the server; a reply that does not come makes no sent mail unsent."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPServerDisconnected):
                server.quit()

    def _open(self) -> smtplib.SMTP:
        self.close()
        self._server = connect(self._smtp_url)
        return self._server

    def _find_open_connection(self) -> smtplib.SMTP | None:
        """Return the open connection, asked whether it is one: only before a message is given
        away can a lost connection be replaced without the risk of sending it twice."""
        with suppress(smtplib.SMTPServerDisconnected):
            if self._server is not None and self._server.noop()[0] == 250:
                return self._server
        return None


def send(smtp_url: str, message: EmailMessage) -> None:
    """Send one message. Raises as `connect` does."""
    with MailConnection(smtp_url) as connection:
        connection.send(message)


def _parse_smtp_url(smtp_url: str) -> tuple[str, str, int, str, str]:
    """Return scheme, host, port, user and password. Raises MailNotConfigured."""
    try:
        url = urlsplit(smtp_url)
        host, port = url.hostname, url.port
    except ValueError:
        host, port = None, None
    if not host or url.scheme not in PORTS:
        raise MailNotConfigured("SMTP_URL must look like smtps://user:password@host:465")
    user, password = unquote(url.username or ""), unquote(url.password or "")
    return url.scheme, host, port or PORTS[url.scheme], user, password
