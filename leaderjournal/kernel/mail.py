"""Outgoing mail over SMTP; SMTP_URL begins with smtp://, smtps:// or smtp+starttls://."""

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
    """Return the code with which a server refused one message; None for any other error.

    5yz is permanent, 4yz temporary (RFC 5321, 4.2.1).
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, _)] = error.recipients.values()
        return int(code)
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return None  # the operator can fix it
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


class _OneLine(BaseHeader):
    """A header that is never folded: the standard library would break a long address into encoded
    words, which are not allowed in it (RFC 2047, 5) and which mailbox providers do not read."""

    max_count = 1

    @staticmethod
    def parse(value: str, kwds: dict[str, Any]) -> None:
        """Parse the value like a header that the standard library does not know."""
        UnstructuredHeader.parse(value, kwds)

    def fold(self, *, policy: Policy) -> str:
        """Return the whole header as one line."""
        return f"{self.name}: {self}{policy.linesep}"


_headers = HeaderRegistry()
_headers.map_to_type("list-unsubscribe", _OneLine)

# Seven bits: no server on the way has to re-encode a message and break its signature.
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
    """Return a message in plain text, and as `html` too if that is given.

    `name` is part of its Message-ID, under the domain of the sender: mail stores drop a second
    message of the same name. By default every message has a new name.

    Raises MailNotConfigured if `sender` has no address, and ValueError for a line break in a
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
    """Return the headers with which mail programs show a button that unsubscribes at `url`.

    The header is defined by RFC 2369, 3.2; one click is enough if the URL is https, which RFC 8058
    requires.
    """
    headers = [("List-Unsubscribe", f"<{url}>")]
    if url.startswith("https://"):
        headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return headers


def connect(smtp_url: str) -> smtplib.SMTP:
    """Return an open connection to the mail server, signed in if the URL has a user.

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
    """A connection to the mail server, opened for the first mail and reused for the next ones.

    Use it in a `with` statement, in one thread at a time.
    """

    def __init__(self, smtp_url: str) -> None:
        self._smtp_url = smtp_url
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, message: EmailMessage) -> None:
        """Send one message. The connection can be used for the next one whatever happens.

        If the server has closed the connection, or takes no more mails on it, a new one is opened.
        A message that it may have accepted already is never sent again.

        Raises what `connect` raises.
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
        """Close the connection; a missing reply does not matter for mails already sent."""
        server, self._server = self._server, None
        if server is not None:
            with suppress(smtplib.SMTPServerDisconnected):
                server.quit()

    def _open(self) -> smtplib.SMTP:
        self.close()
        self._server = connect(self._smtp_url)
        return self._server

    def _find_open_connection(self) -> smtplib.SMTP | None:
        """Return the open connection if the server still answers on it.

        Only before a message is handed over can a lost connection be replaced without the risk
        of sending the message twice.
        """
        with suppress(smtplib.SMTPServerDisconnected):
            if self._server is not None and self._server.noop()[0] == 250:
                return self._server
        return None


def send(smtp_url: str, message: EmailMessage) -> None:
    """Send one message. Raises what `connect` raises."""
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
