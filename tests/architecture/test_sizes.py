"""A module holds one story: its length is a sign of how many it holds."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "leaderjournal"
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_module_and_its_functions_are_short(path: Path):
    source = path.read_text()
    functions = {
        node.name: node.end_lineno - node.lineno + 1
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert len(source.splitlines()) <= 400
    assert {name: lines for name, lines in functions.items() if lines > 50} == {}
