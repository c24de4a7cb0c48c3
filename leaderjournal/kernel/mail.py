"""Outgoing mail over SMTP, as SMTP_URL says: smtp://, smtps:// or smtp+starttls://."""

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

TIMEOUT_SECONDS = 20
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailNotConfigured(Exception):
    """SMTP_URL is missing or malformed."""


def connect(smtp_url: str) -> smtplib.SMTP:
    """Return an open connection to the mail server, signed in where the URL holds a user.

    Raises MailNotConfigured, OSError or smtplib.SMTPException.
    """
    url = urlsplit(smtp_url)
    if url.scheme not in PORTS or not url.hostname:
        raise MailNotConfigured("SMTP_URL must look like smtps://user:password@host:465")
    address = (url.hostname, url.port or PORTS[url.scheme])
    if url.scheme == "smtps":
        context = ssl.create_default_context()
        server: smtplib.SMTP = smtplib.SMTP_SSL(*address, timeout=TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(*address, timeout=TIMEOUT_SECONDS)
    if url.scheme == "smtp+starttls":
        server.starttls(context=ssl.create_default_context())
    if url.username:
        server.login(unquote(url.username), unquote(url.password or ""))
    return server


def send(smtp_url: str, *, sender: str, to: str, subject: str, body: str) -> None:
    """Send one plain-text message. Raises as `connect` does."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office reply to this
    message.set_content(body)
    with connect(smtp_url) as server:
        server.send_message(message)
