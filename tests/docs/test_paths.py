"""What the documents name is there: files, folders, links to headings, and functions of a step."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(
    path
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    if path.name != "CHANGELOG.md"
)
TOP_LEVEL = "leaderjournal|tests|templates|static|docs|bench|.ci"


def make_anchor(heading: str) -> str:
    """Return the fragment that a heading gets, as GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_path_in_a_document_exists(document: Path):
    text = document.read_text()
    named = set(re.findall(rf"`((?:{TOP_LEVEL})/[\w./-]*)`", text))

    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(document: Path):
    text = document.read_text()
    targets = re.findall(r"\]\(([^)#\s]*)(?:#([\w-]+))?\)", text)
    targets += [(path, "") for path in re.findall(r"^\[[\w-]+\]: (\S+)$", text, re.MULTILINE)]
    local = [(path, anchor) for path, anchor in targets if "://" not in path]
    missing = []
    for path, anchor in local:
        target = (document.parent / path).resolve() if path else document
        if not target.exists():
            missing.append(path)
        elif anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            if anchor not in map(make_anchor, headings):
                missing.append(f"{path}#{anchor}")

    assert missing == []


def test_every_function_in_the_architecture_is_where_it_says():
    text = (ROOT / "docs" / "architecture.md").read_text()
    files = dict(re.findall(r"^\[(\w+)\]: \.\./(\S+)$", text, re.MULTILINE))
    steps = re.findall(r"`(\w+)(?:\.(\w+))?`\s+in\s+\[[^\]]+\]\[(\w+)\]", text)

    assert len(steps) >= 10
    for name, method, reference in steps:
        source = (ROOT / files[reference]).read_text()
        assert re.search(rf"^(?:def|class) {name}\b", source, re.MULTILINE), name
        assert not method or f"def {method}(" in source, method
