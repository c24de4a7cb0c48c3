"""A page asks at once for what its modules import; the worker has what they import later."""

import json
import posixpath
import re

import pytest

from leaderjournal.kernel.assets import STATIC
from leaderjournal.kernel.modules import list_imports, list_preloads

MODULES = sorted(path.relative_to(STATIC).as_posix() for path in (STATIC / "js").rglob("*.js"))
LATER = re.compile(r'import\("(\.[^"]+)"\)')


def test_imports_are_listed_innermost_first_and_once():
    found = list_imports("js/day-page.js")
    assert len(set(found)) == len(found)
    assert found.index("js/offline/rules.js") < found.index("js/offline/local-journal.js")
    assert found.index("js/offline/outbox.js") < found.index("js/offline/device-journal.js")
    assert found.index("js/offline/device-journal.js") < found.index("js/autosave.js")
    assert "vendor/idb/umd.js" in found


def test_what_is_loaded_when_it_is_needed_is_not_preloaded():
    found = list_preloads(["grow-textarea", "score-scale", "day-page"])
    for later in ("prompts/offer-prompts", "practice_log/mention-people", "after-save"):
        assert f"js/{later}.js" not in found
    assert "js/day-page.js" not in found


def test_module_of_a_page_that_another_one_imports_is_asked_for_once():
    assert "js/autosave.js" in list_preloads(["day-page"])
    assert "js/autosave.js" not in list_preloads(["day-page", "autosave"])


@pytest.mark.parametrize("name", MODULES)
def test_module_imports_only_files_that_are_there(name):
    text = (STATIC / name).read_text()
    assert len(re.findall(r"^import\b(?!\()", text, re.MULTILINE)) == len(
        re.findall(r'^import\s(?:[^"(]*\sfrom\s)?"\.[^"]+";', text, re.MULTILINE)
    )
    list_imports(name)  # each of them is read


def test_worker_has_whatever_a_module_imports_later(client):
    listed = re.search(r"const FILES = (\[.*?\]);", client.get("/sw.js").text, re.DOTALL)
    kept = {address.split("/", 3)[3] for address in json.loads(listed[1])}
    later = {
        posixpath.normpath(posixpath.join(posixpath.dirname(name), address))
        for name in MODULES
        for address in LATER.findall((STATIC / name).read_text())
    }
    assert {"js/after-save.js", "js/practice_log/mention-people.js"} <= later
    for name in later:
        assert {name, *list_imports(name)} <= kept


def test_page_of_today_preloads_its_modules(browser):
    page = browser.get("/").text
    preloaded = re.findall(r'rel="modulepreload" href="/assets/\w+/([^"]+)"', page)
    assert preloaded == list_preloads(["grow-textarea", "score-scale", "day-page"])
