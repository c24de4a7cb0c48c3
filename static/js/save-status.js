// The line that shows where the text is stored: on this device, everywhere, or not yet.
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
    showStatus(`Saved on ${device}. Sent as soon as it can be.`);
  } else {
    showStatus("Saving…");
  }
}

export function showStatus(text, { problem = false, link = null } = {}) {
  line.classList.toggle("problem", problem);
  line.removeAttribute("data-delayed");
  if (line.textContent === text + (link?.text ?? "")) return; // do not announce it twice
  line.textContent = text;
  if (link) line.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.text }));
}
