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

const MOST_BETWEEN_TAPS = 300; // ms: a second tap that comes sooner belongs to the first

// The chosen glass, tapped again, clears the score; so does Delete on the scale. The sixth choice,
// which does it without script, would come after 5 for the arrow keys.
function enableClearing(mirror) {
  let chosenAt = -Infinity;
  mirror.querySelector(".clear-score").remove();

  function clear(radio) {
    radio.checked = false;
    radio.dispatchEvent(new Event("change", { bubbles: true }));
    radio.focus();
  }

  // A tap on the chosen glass is the click that changes nothing.
  mirror.addEventListener("click", ({ target, timeStamp }) => {
    if (!target.matches("input")) return;
    let hasChanged = false;
    mirror.addEventListener("change", () => { hasChanged = true; }, { once: true });
    setTimeout(() => {
      if (hasChanged) chosenAt = timeStamp;
      else if (target.checked && timeStamp - chosenAt > MOST_BETWEEN_TAPS) clear(target);
    });
  });
  mirror.addEventListener("keydown", (event) => {
    const chosen = mirror.querySelector("input:checked");
    if (!chosen || !["Delete", "Backspace"].includes(event.key)) return;
    event.preventDefault();
    clear(chosen);
  });
  const hint = Object.assign(document.createElement("p"), {
    id: `${mirror.id}-clear`, hidden: true, textContent: "Delete clears the score.",
  });
  mirror.append(hint);
  mirror.setAttribute("aria-describedby", [mirror.getAttribute("aria-describedby"), hint.id].filter(Boolean).join(" "));
}

for (const mirror of document.querySelectorAll("[data-mirror]")) {
  enableSliding(mirror.querySelector(".panes"));
  enableClearing(mirror);
}
