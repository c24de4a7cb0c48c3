"""The main pages look as they did, and the comparison sees what a person would."""

import pytest
from browser.conftest import ROOT
from browser.looks.baselines import (
    MAIN_PAGES,
    RENEW,
    SPECIMEN_NAME,
    open_baseline,
    take_main_pages,
    take_specimen,
)
from browser.looks.comparison import find_difference, reduce, write_mismatch
from PIL import Image, ImageDraw, ImageFilter, ImageFont

MISMATCHES = ROOT / "looks" / "mismatches"


def test_main_pages_look_as_stored(running_browser, frozen_site):
    specimen = find_difference(open_baseline(SPECIMEN_NAME), take_specimen(running_browser))
    if specimen:
        version = running_browser.version
        pytest.skip(
            f"Chromium {version} draws letters or fields otherwise here than where the pictures "
            f"were taken: a page without the journal's styles {specimen.describe()}"
        )
    wrong, taken = [], dict(take_main_pages(running_browser, frozen_site))
    assert list(taken) == [page.name for page in MAIN_PAGES]
    for name, picture in taken.items():
        if difference := find_difference(open_baseline(name), picture):
            file = write_mismatch(MISMATCHES, name, picture, difference)
            wrong.append(f"{name}: {difference.describe()}; see {file.relative_to(ROOT)}")
    assert wrong == [], RENEW


def draw_page(*, button_at=(40, 120), words="Save", colour="#8a5a00", sharp=True) -> Image.Image:
    """Return a page with a line and a button, drawn four times as large and made smaller."""
    scale = 4
    page = Image.new("RGB", (390 * scale, 240 * scale), "#faf7f2")
    pen = ImageDraw.Draw(page)
    left, top = (scale * at for at in button_at)
    pen.text((40 * scale, 40 * scale), "One look in the mirror", "#1f1b16", make_font(18 * scale))
    pen.rounded_rectangle((left, top, left + 120 * scale, top + 44 * scale), 8 * scale, colour)
    pen.text((left + 40 * scale, top + 12 * scale), words, "white", make_font(16 * scale))
    if not sharp:
        page = page.filter(ImageFilter.GaussianBlur(scale * 0.25))
    return page.resize((390, 240), Image.Resampling.BOX)


def make_font(size: float):
    return ImageFont.load_default(size)


def test_other_antialiasing_and_a_palette_are_forgiven():
    stored = reduce(draw_page())
    assert find_difference(stored, draw_page()) is None
    assert find_difference(stored, draw_page(sharp=False)) is None
    assert find_difference(stored, draw_page(button_at=(40.3, 120.3))) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"button_at": (43, 120)},
        {"button_at": (40, 123)},
        {"words": "Sent"},
        {"words": ""},
        {"colour": "#00615a"},
    ],
    ids=" ".join,
)
def test_moved_button_other_word_and_other_colour_are_seen(changed, tmp_path):
    actual = draw_page(**changed)
    difference = find_difference(reduce(draw_page()), actual)
    assert difference
    left, top, right, bottom = difference.places[0]
    assert 30 <= left < right <= 170
    assert 110 <= top < bottom <= 175
    assert f"{left},{top} to {right},{bottom}" in difference.describe()
    assert write_mismatch(tmp_path, "page", actual, difference).exists()
    assert (tmp_path / "page.actual.png").exists()


def test_longer_page_is_seen():
    longer = Image.new("RGB", (390, 250), "#faf7f2")
    longer.paste(draw_page(), (0, 0))
    assert find_difference(draw_page(), longer).places == ((0, 240, 390, 250),)
