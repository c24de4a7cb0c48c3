// Lets a thumb slide across the scores. Radio buttons handle taps and arrow keys themselves.
const SLIDES_AFTER = 8; // px: less is a tap

function chooseScore(radio) {
  if (!radio || radio.checked) return;
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function enableSliding(panes) {
  const radios = [...panes.querySelectorAll("input")];
  let from = null;
  let sliding = false;

  // The nearest pane: with large letters they stand in more than one line.
  const measureDistance = (radio, x, y) => {
    const { left, top, width, height } = radio.closest("label").getBoundingClientRect();
    return Math.hypot(x - left - width / 2, y - top - height / 2);
  };
  const findRadioAt = (x, y) => radios.reduce((nearest, radio) => (
    measureDistance(radio, x, y) < measureDistance(nearest, x, y) ? radio : nearest
  ));
  panes.addEventListener("pointerdown", (event) => {
    if (event.isPrimary && event.button === 0) from = event.clientX;
  });
  panes.addEventListener("pointermove", (event) => {
    if (from === null) return;
    if (!sliding && Math.abs(event.clientX - from) < SLIDES_AFTER) return;
    if (!sliding) panes.setPointerCapture(event.pointerId);
    sliding = true;
    chooseScore(findRadioAt(event.clientX, event.clientY));
  });
  const end = () => {
    from = null;
    // The click that follows a slide would choose the pane where the thumb began.
    setTimeout(() => { sliding = false; });
  };
  panes.addEventListener("pointerup", end);
  panes.addEventListener("pointercancel", end);
  panes.addEventListener("click", (event) => { if (sliding) event.preventDefault(); }, true);
}

// With script, a button clears the score: a sixth radio would come after 5 for the arrow keys.
function enableClearing(mirror) {
  const label = mirror.querySelector(".clear-score");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "clear-score";
  button.append(...label.querySelector("span").cloneNode(true).childNodes);
  button.addEventListener("click", () => {
    const chosen = mirror.querySelector("input:checked");
    if (!chosen) return;
    chosen.checked = false;
    chosen.dispatchEvent(new Event("change", { bubbles: true }));
    chosen.focus();
  });
  label.replaceWith(button);
}

for (const mirror of document.querySelectorAll("[data-mirror]")) {
  enableSliding(mirror.querySelector(".panes"));
  enableClearing(mirror);
}
