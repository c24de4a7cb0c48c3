"""What is wrong with a page as it is drawn: what overflows, is cut, or too small to tap."""

from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SMALLEST_TARGET = 24
"""Pixels, of WCAG 2.5.8, which forgives links within a text and targets with room around them."""
MAIN_ACTION = 44
"""Pixels of what a page is for, and of the bar: a thumb in a train."""

MEASURE = """([smallest, mainAction]) => {
  const width = document.documentElement.clientWidth;
  const main = document.querySelector("main") ?? document.body;
  const isHidden = (element) => !element.checkVisibility(
    { visibilityProperty: true, opacityProperty: true },
  ) || element.closest(".visually-hidden, .skip, [inert]");
  const box = (element) => element.getBoundingClientRect();
  const tell = (element, ...more) => [
    element.tagName.toLowerCase() + (element.id ? "#" + element.id : "")
      + [...element.classList].map((name) => "." + name).join(""),
    JSON.stringify((element.textContent.trim() || element.name || "").slice(0, 40)),
    ...more,
  ].join(" ");
  const all = [...document.body.querySelectorAll("*")].filter((element) => !isHidden(element));
  const scrolls = (element) => element && element !== document.body && (
    /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX)
    || scrolls(element.parentElement)
  );
  const past = all.filter((element) => box(element).right > width + 1 && box(element).width > 0);
  const bare = past.filter((element) => !scrolls(element.parentElement));
  const overflowing = bare.length > 0 ? bare : past;

  const inText = (element) => element.tagName === "A"
    && getComputedStyle(element).display.startsWith("inline")
    && [...(element.parentElement?.childNodes ?? [])].some((node) => (
      node !== element && node.textContent.trim().length > 1
    ));
  const targets = all.filter((element) => element.matches(
    "a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button]",
  ));
  const area = (element) => {
    const boxes = [element, ...(element.labels ?? [])].map(box).filter((one) => one.width > 1);
    return boxes.length === 0 ? null : {
      x: (Math.min(...boxes.map((b) => b.left)) + Math.max(...boxes.map((b) => b.right))) / 2,
      y: (Math.min(...boxes.map((b) => b.top)) + Math.max(...boxes.map((b) => b.bottom))) / 2,
      width: Math.max(...boxes.map((b) => b.width)),
      height: Math.max(...boxes.map((b) => b.height)),
    };
  };
  const areas = new Map(targets.map((target) => [target, area(target)]).filter(([, one]) => one));
  const isSmall = (one, least) => Math.min(one.width, one.height) < least - 0.5;
  const crowded = (one) => [...areas.values()].some((other) => other !== one
    && Math.hypot(other.x - one.x, other.y - one.y) < smallest - 0.5);
  const size = (one) => `${Math.round(one.width)}x${Math.round(one.height)}`;
  const small = [...areas].filter(([target, one]) => (
    isSmall(one, smallest) && crowded(one) && !inText(target)
  )).map(([target, one]) => tell(target, size(one)));

  const isFilled = (element) => {
    const [, alpha] = getComputedStyle(element).backgroundColor.match(/rgba\\(.*, ([\\d.]+)\\)/)
      ?? [null, "1"];
    return Number(alpha) > 0.5;
  };
  const actions = [...areas].filter(([target]) => (
    (main.contains(target) && isFilled(target)
      && target.matches("button[type=submit], button:not([type]), a.button"))
    || (width < 1000 && target.closest("nav:not(main nav)"))
  ));
  const smallActions = actions.filter(([, one]) => isSmall(one, mainAction))
    .map(([target, one]) => tell(target, size(one)));

  const ownText = (element) => [...element.childNodes].some((node) => (
    node.nodeType === Node.TEXT_NODE && node.textContent.trim()
  ));
  const cut = all.filter((element) => {
    const style = getComputedStyle(element);
    // A sentence for screen readers alone lies in a box of a pixel.
    if (Math.min(element.clientWidth, element.clientHeight) <= 2) return false;
    if (!ownText(element) || element.matches("select, option, textarea, svg *")) return false;
    // What ends in an ellipsis may, where one tap on it shows the whole.
    const ends = style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none";
    if (ends && element.closest("a[href], summary")) return false;
    return (/hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1)
      || (/hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 2);
  }).map((element) => tell(element));
  const pen = document.createElement("canvas").getContext("2d");
  const isHinted = (element) => element.placeholder && !element.value;
  const cutHints = all.filter(isHinted).filter((field) => {
    const style = getComputedStyle(field);
    pen.font = style.font;
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
    const lines = field.tagName === "TEXTAREA"
      ? Math.max(1, Math.round(field.clientHeight / (parseFloat(style.lineHeight) || 24)) - 0) : 1;
    return pen.measureText(field.placeholder).width > room * lines + 1;
  }).map((field) => tell(field, `placeholder ${JSON.stringify(field.placeholder)}`));

  return {
    height: document.documentElement.scrollHeight,
    width: document.documentElement.scrollWidth,
    overflow: document.documentElement.scrollWidth > width
      ? overflowing.slice(0, 4).map((element) => tell(element, Math.round(box(element).right)))
      : [],
    small, smallActions,
    clipped: [...cut, ...cutHints],
  };
}"""


@dataclass(slots=True)
class Findings:
    """The height and width of a page, and what is wrong with it, by kind."""

    height: int
    width: int
    wrong: dict[str, list[str]] = field(default_factory=dict)


def measure(page: Page, width: int) -> Findings:
    """Return what is wrong with the page at the width of its window."""
    found: dict[str, Any] = page.evaluate(MEASURE, [SMALLEST_TARGET, MAIN_ACTION])
    overflow = found["overflow"]
    if found["width"] > width and not overflow:
        overflow = [f"{found['width']} px wide"]
    wrong = {
        "reaches past the edge": overflow,
        f"targets below {SMALLEST_TARGET} px": found["small"],
        f"main actions below {MAIN_ACTION} px": found["smallActions"],
        "cut": found["clipped"],
    }
    return Findings(
        found["height"], found["width"], {kind: each for kind, each in wrong.items() if each}
    )


def list_axe_violations(page: Page) -> list[str]:
    """Return what axe finds, as rule and first elements."""
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']][:2]}" for rule in found]
