"""Take the pictures that the README and the manifest show, from a server with the demo account.

make demo                                     # in one terminal
.venv/bin/python docs/take_screenshots.py     # in another
"""

import argparse
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

EMAIL, PASSWORD = "demo@example.com", "look in the mirror"
ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "static" / "screenshots"
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATHS = {"today": "/", "month": "/month"}
# (form factor in the manifest, width, height, device pixels per CSS pixel)
SHAPES = (("narrow", 390, 844, 2), ("wide", 1280, 800, 1))


def main() -> None:
    """Sign in once for each shape of screen and save every page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("address", nargs="?", default="http://127.0.0.1:8000")
    parser.add_argument("--chromium", default="/usr/bin/chromium", help="the browser to use")
    asked = parser.parse_args()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=asked.chromium, args=CHROMIUM_ARGUMENTS
        )
        PICTURES.mkdir(exist_ok=True)
        for form_factor, width, height, scale in SHAPES:
            page = _signed_in(browser, asked.address, width, height, scale)
            for name, path in PATHS.items():
                target = PICTURES / f"{name}-{form_factor}.png"
                page.goto(asked.address + path, wait_until="networkidle")
                page.screenshot(path=target, animations="disabled", caret="hide")
                print(target.relative_to(ROOT))  # noqa: T201 - a command talks to its terminal
            page.context.close()
        browser.close()


def _signed_in(browser: Browser, address: str, width: int, height: int, scale: int) -> Page:
    context = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Berlin",
        service_workers="block",
    )
    page = context.new_page()
    page.goto(address + "/login")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form:has(input[name=password]) button[type=submit]")
    page.wait_for_url(address + "/")
    return page


if __name__ == "__main__":
    main()
