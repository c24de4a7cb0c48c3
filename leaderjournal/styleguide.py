"""The style guide: every component of the templates in its states, where debugging is on."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

from flask import Blueprint, render_template

from leaderjournal.kernel.settings import ROOT
from leaderjournal.practice import catalogue

COMPONENTS = ROOT / "templates" / "components"
EXAMPLES = ROOT / "templates" / "styleguide" / "examples"
STYLES = ROOT / "static" / "css"
PRINTED = "document.css"
"""The styles of a PDF, which no page has."""
LONG_WORD = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"

blueprint = Blueprint("styleguide", __name__)


def list_components() -> list[str]:
    """Return the name of every component, with or without an example."""
    return sorted(file.stem for file in COMPONENTS.glob("*.html"))


def list_examples() -> list[str]:
    """Return the names of the components that have an example, which is a file of the same name."""
    return sorted(file.stem for file in EXAMPLES.glob("*.html"))


def list_styles() -> list[Path]:
    """Return the files of the pages' styles, first the one that all of them have."""
    files = [file for file in STYLES.glob("*.css") if file.name != PRINTED]
    return sorted(files, key=lambda file: (file.name != "app.css", file.name))


@blueprint.get("/styleguide")
def show() -> str:
    """Show every component that has an example, in all of its states."""
    return render_template(
        "styleguide/styleguide.html",
        names=list_examples(),
        sheets=[f"css/{file.name}" for file in list_styles()],
        day=date(2026, 11, 25),
        later=date(2026, 11, 29),
        instant=datetime(2026, 11, 25, 18, 40, tzinfo=UTC),
        example=SimpleNamespace,  # a dictionary's own `keys` and `items` hide those of an example
        long=LONG_WORD,
        mirror=list(catalogue.MIRROR_SCORES.items()),
    )
