"""The closing moment, for today's page."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint
from flask_login import current_user

from leaderjournal.reviews.closing.rules import Closing, build_closing, format_heading
from leaderjournal.reviews.look_back.rules import EarlierDay

blueprint = Blueprint("closing", __name__)


def _build_closing(streak: Mapping[str, Any], earlier: Sequence[EarlierDay]) -> Closing:
    return build_closing(streak["current"], streak["longest"], earlier)


def _format_heading_to_come(streak: Mapping[str, Any]) -> str:
    """Return the heading that is true once today is written, for a device without a connection."""
    current = streak["current_with_today"]
    return format_heading(current, max(current, streak["longest"]))


@blueprint.app_context_processor
def _provide_template_values() -> dict[str, Any]:
    # Computed only where a template asks for it.
    if not current_user:
        return {}
    return {"build_closing": _build_closing, "format_closing_to_come": _format_heading_to_come}
