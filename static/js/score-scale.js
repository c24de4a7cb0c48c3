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

  const findRadioAt = (x) => {
    const { left, width } = panes.getBoundingClientRect();
    const place = Math.floor(((x - left) / width) * radios.length);
    return radios[Math.min(Math.max(place, 0), radios.length - 1)];
  };
  // Large text on a small screen wraps them: then there is no line to slide along.
  const isOneRow = () => radios[0].closest(".pane").offsetTop === radios.at(-1).closest(".pane").offsetTop;
  panes.addEventListener("pointerdown", (event) => {
    if (event.isPrimary && event.button === 0 && isOneRow()) from = event.clientX;
  });
  panes.addEventListener("pointermove", (event) => {
    if (from === null) return;
    if (!sliding && Math.abs(event.clientX - from) < SLIDES_AFTER) return;
    if (!sliding) panes.setPointerCapture(event.pointerId);
    sliding = true;
    chooseScore(findRadioAt(event.clientX));
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
