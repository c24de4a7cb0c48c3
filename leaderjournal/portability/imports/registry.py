"""The formats by which a journal comes in: every module of `formats`."""

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from leaderjournal.portability.imports import formats
from leaderjournal.portability.imports.journal_format import Guide, JournalFormat
from leaderjournal.portability.imports.uploads import Upload

OWN_KIND = "ours"
OWN_NAME = "a Leader Journal export"


@cache
def list_formats() -> tuple[JournalFormat, ...]:
    """Return all formats, those that recognize their own files before the general ones."""
    modules = (
        import_module(f"{formats.__name__}.{m.name}") for m in iter_modules(formats.__path__)
    )
    found: list[JournalFormat] = [module.FORMAT for module in modules]
    return tuple(sorted(found, key=lambda one: (one.is_general, one.kind)))


def find_format(upload: Upload) -> JournalFormat | None:
    """Return the format of an upload; None where none recognizes it."""
    return next((one for one in list_formats() if one.detect(upload)), None)


def list_guides() -> list[Guide]:
    """Return how to export from each app, in alphabetical order."""
    return sorted((one.guide for one in list_formats()), key=lambda guide: guide.app.casefold())


def get_format_name(kind: str) -> str:
    """Return a format's name as a leader sees it; nothing for an import that was not read yet."""
    names = {one.kind: one.name for one in list_formats()} | {OWN_KIND: OWN_NAME}
    return names.get(kind, "")
