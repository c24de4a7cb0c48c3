"""Paths that a form or an address names to return to: they must not lead to another site."""

import re

_LOCAL_PATH = re.compile(r"/(?!/)[!-\[\]-~]*")
"""A path with its query as browsers send it: printable ASCII, no backslash, not "//host"."""


def is_local_path(requested: str) -> bool:
    """Tell whether this is a path of the journal's own site."""
    return _LOCAL_PATH.fullmatch(requested) is not None
