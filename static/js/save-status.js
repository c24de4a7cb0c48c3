// The line that always says where the words are: on this device, everywhere, or needing the leader.
const line = document.getElementById("save-status");

// Says where words are that have not arrived: `refused` is why the server does not take them, `state`
// what became of the last try to send them.
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
  if (line.textContent === text + (link?.text ?? "")) return; // not read out twice
  line.textContent = text;
  if (link) line.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.text }));
}
