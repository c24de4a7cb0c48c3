// A sheet: a dialog at the lower edge of a phone, in the middle of a wide screen. It closes with its
// button, with Esc and with a tap beside it; the focus goes into it and comes back.
let sheets = 0;

function createHead(title) {
  const head = document.createElement("header");
  const heading = document.createElement("h2");
  Object.assign(heading, { id: `sheet-${sheets += 1}`, tabIndex: -1, textContent: title, autofocus: true });
  const button = Object.assign(document.createElement("button"), {
    type: "button", className: "secondary", textContent: "Close",
  });
  head.append(heading, button);
  return { head, heading, button };
}

// Returns a closed sheet that shows `content`.
export function createSheet(title, content) {
  const dialog = document.createElement("dialog");
  const body = document.createElement("div");
  const { head, heading, button } = createHead(title);
  dialog.className = "sheet";
  dialog.setAttribute("aria-labelledby", heading.id);
  body.append(head, content);
  dialog.append(body);
  button.addEventListener("click", () => dialog.close());
  closeBeside(dialog);
  document.body.append(dialog);
  return dialog;
}

// A tap beside it, not a finger that slides out of a field, closes it: only what begins and ends there.
function closeBeside(dialog) {
  let beganBeside = false;
  dialog.addEventListener("pointerdown", ({ target }) => { beganBeside = target === dialog; });
  dialog.addEventListener("click", ({ target }) => {
    if (beganBeside && target === dialog) dialog.close();
  });
}
