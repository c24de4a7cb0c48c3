"""A form of the settings as its page shows it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from flask import flash, redirect, request, url_for
from werkzeug import Response

from leaderjournal.kernel.problems import Errors


@dataclass(frozen=True, slots=True)
class FormState:
    """A form as it is shown: the stored values, or what was typed with its errors."""

    values: Mapping[str, str]
    errors: Errors = field(default_factory=dict)

    @property
    def is_refused(self) -> bool:
        """Whether the form was sent and has to be put right."""
        return bool(self.errors)


def build_form(stored: Mapping[str, str], errors: Errors | None) -> FormState:
    """Return the stored values, or with `errors` what the request's form has in their place."""
    if not errors:
        return FormState(stored)
    return FormState({name: request.form.get(name, "") for name in stored}, errors)


def redirect_with_success(sentence: str, endpoint: str) -> Response:
    """Return to the page on which the form stands, with a message."""
    flash(sentence, "good")
    return redirect(url_for(endpoint), 303)
