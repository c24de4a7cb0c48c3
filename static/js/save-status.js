// The line that shows where the text is stored: on this device, everywhere, or not yet. `data-needs`
// marks what must be seen while one writes, however far down the page that is.
const line = document.getElementById("save-status");

// Shows text that has not reached the server: `refused` is why the server refuses it, `state` the
// result of the last attempt to send it.
export function showWaiting(form, device, { refused, state }) {
  if (refused) {
    showStatus(`Needs you: ${refused}`, { problem: true });
  } else if (state === "signed-out") {
    const href = `${form.dataset.signIn}?next=${encodeURIComponent(location.pathname)}`;
    showStatus(`Saved on ${device}. Needs you: `, { problem: true, link: { href, text: "sign in to send it" } });
  } else if (state === "unreached") {
    showStatus(`Saved on ${device}. Sent as soon as it can be.`, { needs: true });
  } else {
    showSaving();
  }
}

// What was to be seen before stays in sight until the text has arrived.
export const showSaving = () => showStatus("Saving…", { needs: line.hasAttribute("data-needs") });

export function showStatus(text, { problem = false, needs = problem, link = null } = {}) {
  line.classList.toggle("problem", problem);
  line.toggleAttribute("data-needs", needs);
  line.removeAttribute("data-delayed");
  if (line.textContent === text + (link?.text ?? "")) return; // do not announce it twice
  line.textContent = text;
  if (link) line.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.text }));
}
