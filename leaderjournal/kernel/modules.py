"""Which ES modules a module imports, so that a page can ask for all of them at once.

Without that, a browser learns of a module only when it has read the one that imports it: each step
costs the way to the server and back. Imports that are run later, with `import()`, do not count.
"""

import posixpath
import re
from collections.abc import Iterable
from functools import cache

from leaderjournal.kernel.assets import STATIC

IMPORT = re.compile(r'^import\s(?:[^"(]*\sfrom\s)?"(\.[^"]+)";', re.MULTILINE)


@cache
def list_imports(filename: str) -> tuple[str, ...]:
    """Return the static files that the module `filename` needs before it runs, innermost first.

    Raises FileNotFoundError if it imports a file that is not there.
    """
    folder = posixpath.dirname(filename)
    found: dict[str, None] = {}
    for address in IMPORT.findall((STATIC / filename).read_text()):
        name = posixpath.normpath(posixpath.join(folder, address))
        found |= dict.fromkeys((*list_imports(name), name))
    return tuple(found)


def list_preloads(names: Iterable[str]) -> list[str]:
    """Return the static files that a page's modules import, each once, without these modules.

    `names` are paths below `js/` without their ending.
    """
    modules = [f"js/{name}.js" for name in names]
    imported = dict.fromkeys(file for module in modules for file in list_imports(module))
    return [file for file in imported if file not in modules]
