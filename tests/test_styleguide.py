"""The style guide shows every component, where debugging is on and nowhere else."""

from selectolax.lexbor import LexborHTMLParser

from leaderjournal import create_app
from leaderjournal.styleguide import list_components, list_examples

ADD = "add templates/styleguide/examples/<component>.html, as docs/contributing.md says"


def test_every_component_has_an_example_and_every_example_a_component():
    assert list_components() == list_examples(), ADD


def test_style_guide_shows_each_component_in_a_state(app, monkeypatch):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    page = create_app(app.extensions["settings"]).test_client().get("/styleguide")
    assert page.status_code == 200
    tree = LexborHTMLParser(page.text)
    for name in list_examples():
        section = tree.css_first(f"#component-{name}")
        assert section.css(".state"), f"{name} has no state"
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert sorted(ids) == sorted(set(ids)), "an id is there twice"


def test_style_guide_is_not_served_without_debugging(client):
    assert client.get("/styleguide").status_code == 404
