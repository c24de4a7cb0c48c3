"""Messages for the next page, such as "Saved.": only a page that a leader sees reads them.

Flask's own function hands them to whatever renders the layout next. That may be a page which the
service worker or a script fetches in the background, and then nobody ever reads them.
"""

from typing import Any

from flask import get_flashed_messages, request

NAVIGATION = "navigate"


def get_page_messages(**options: Any) -> Any:
    """Return and remove the waiting messages; none where a script fetches the page.

    Browsers say in `Sec-Fetch-Mode` what a request is for (W3C Fetch Metadata); one without the
    header counts as a page that is opened.
    """
    if request.headers.get("Sec-Fetch-Mode", NAVIGATION) != NAVIGATION:
        return []
    return get_flashed_messages(**options)
