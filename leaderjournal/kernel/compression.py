"""Replies are compressed on their way out, unless their length could tell a secret.

Somebody who can make a browser ask for a page with words of theirs in it, and who sees how long the
compressed replies are, can guess what else the page holds (BREACH, 2013). Requests of other sites
come without the session's cookie (`SameSite=Lax`), unless they lead to a page, and then they bring
words in the query string alone. So the reply to a query is compressed only where the browser says
that a page of the journal asked, or where a token came with it, which no other site can send.

A call's ETag is the version of what it returns and stays as it is: such a reply is left alone.
"""

from flask import Flask, Response, request
from flask_compress import Compress

from leaderjournal.kernel.problems import API_PREFIX

MIMETYPES = (
    "text/html",
    "text/css",
    "text/javascript",
    "text/plain",
    "text/calendar",
    "application/json",
    "application/manifest+json",
    "application/problem+json",
    "image/svg+xml",
)


def init_compression(app: Flask) -> None:
    """Compress replies. The one that is to see them last is to be initialised first."""
    app.config |= {
        "COMPRESS_REGISTER": False,
        "COMPRESS_ALGORITHM": ["br", "gzip"],
        "COMPRESS_BR_LEVEL": 5,
        "COMPRESS_MIMETYPES": list(MIMETYPES),
        "COMPRESS_STREAMS": False,
    }
    compress = Compress(app)

    @app.after_request
    def compress_reply(response: Response) -> Response:
        if _may_compress(response):
            return compress.after_request(response)
        return response


def _may_compress(response: Response) -> bool:
    if request.method not in {"GET", "HEAD"} or response.is_streamed:
        return False
    if request.path.startswith(API_PREFIX) and "ETag" in response.headers:
        return False
    asked_by_us = request.headers.get("Sec-Fetch-Site") == "same-origin"
    return not request.query_string or asked_by_us or "Authorization" in request.headers
