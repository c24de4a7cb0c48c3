"""Notices with an Undo button, for views that delete or settle something.

The notice is a form, so that it works without script. What it posts to decides whether undoing is
still possible: a notice may be shown again, and its button pressed twice.
"""

from typing import cast

from flask import flash

UNDO = "undo"
"""The category of such a message; `components/undo_notice.html` shows it."""


def flash_undo(text: str, action: str, **fields: str) -> None:
    """Show `text` on the next page, with a button that posts `fields` to the address `action`."""
    notice = {"text": text, "action": action, "fields": fields}
    flash(cast("str", notice), UNDO)  # the session holds any JSON value
