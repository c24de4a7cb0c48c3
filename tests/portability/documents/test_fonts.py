"""Whether PDFs have letters for every script, and who is told where they do not."""

import re

import pytest
from fontTools.ttLib import TTFont

from leaderjournal.kernel.settings import ROOT
from leaderjournal.portability.documents import fonts

FACE = re.compile(
    r'@font-face \{ font-family: ([^;]+);.*?url\("([^"]+)"\); unicode-range: ([^;]+);'
)


@pytest.fixture
def only_own_fonts(tmp_path, monkeypatch):
    """A machine whose only fonts are those of the journal: Latin letters and no others."""
    (tmp_path / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{ROOT / 'static' / 'fonts'}</dir><cachedir>{tmp_path / 'cache'}</cachedir>"
        "</fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(tmp_path / "fonts.conf"))
    forget()
    yield
    forget()


@pytest.fixture
def no_fontconfig(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    forget()
    yield
    monkeypatch.undo()
    forget()


def forget():
    fonts.find_missing_scripts.cache_clear()
    fonts._list_letters.cache_clear()


def test_missing_letters_are_named_before_a_pdf_is_made(app, leader, browser, only_own_fonts):
    assert {"Chinese", "Thai", "Emoji", "Arabic"} <= set(fonts.find_missing_scripts())
    assert "no letters for" in browser.get("/settings/document/2026-03").text
    said = leader.get("/export/warnings").json
    assert "Chinese" in said["missing_scripts"]
    assert "Chinese" in said["warnings"][0]
    assert "none has letters for" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_unknown_fonts_are_no_warning(app, leader, no_fontconfig):
    assert leader.get("/export/warnings").json == {"missing_scripts": [], "warnings": []}
    assert "fc-list is not here" in app.test_cli_runner().invoke(args=["doctor"]).output


def test_each_font_file_is_a_family_and_names_the_letters_it_has():
    faces = FACE.findall((ROOT / "static" / "css" / "document.css").read_text(encoding="utf-8"))
    assert len({family for family, _, _ in faces}) == len(faces) == 2
    for _, path, ranges in faces:
        has = TTFont(ROOT / "static" / path).getBestCmap().keys()
        for written in ranges.split(", "):
            first, _, last = written.removeprefix("U+").partition("-")
            assert set(range(int(first, 16), int(last or first, 16) + 1)) <= has, written
