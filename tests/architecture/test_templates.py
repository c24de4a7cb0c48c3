"""Templates only show what a view has prepared: they compute nothing and know no endpoint."""

from pathlib import Path

import pytest
from jinja2 import Environment, nodes

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
ARITHMETIC = (
    nodes.Add,
    nodes.Sub,
    nodes.Mul,
    nodes.Div,
    nodes.FloorDiv,
    nodes.Mod,
    nodes.Pow,
)
MUTATORS = {"append", "extend", "insert", "pop", "setdefault", "update"}


def find_computations(source: str) -> list[str]:
    """Return what a template computes, changes or decides about the request, with its line."""
    tree = Environment().parse(source)  # noqa: S701  # parsed and never rendered
    found = [(node.lineno, type(node).__name__) for node in tree.find_all(ARITHMETIC)]
    found += [
        (call.lineno, f".{call.node.attr}()")
        for call in tree.find_all(nodes.Call)
        if isinstance(call.node, nodes.Getattr) and call.node.attr in MUTATORS
    ]
    found += [
        (attribute.lineno, f"request.{attribute.attr}")
        for attribute in tree.find_all(nodes.Getattr)
        if isinstance(attribute.node, nodes.Name) and attribute.node.name == "request"
    ]
    return [f"line {line}: {what}" for line, what in sorted(found)]


@pytest.mark.parametrize(
    "path",
    [path.relative_to(TEMPLATES) for path in sorted(TEMPLATES.rglob("*")) if path.is_file()],
    ids=str,
)
def test_template_computes_nothing(path: Path):
    assert find_computations((TEMPLATES / path).read_text()) == []


def test_computations_are_found():
    assert find_computations("{{ x }}\n{{ 1 + a }}{% set _ = d.update(a=1) %}") == [
        "line 2: .update()",
        "line 2: Add",
    ]
    assert find_computations("{% if request.endpoint == 'x' %}{% endif %}") == [
        "line 1: request.endpoint"
    ]
