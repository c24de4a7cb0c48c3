// The line that always says where the words are: on this device, everywhere, or needing the leader.
const line = document.getElementById("save-said");

export function say(text, { problem = false, link = null } = {}) {
  line.classList.toggle("problem", problem);
  if (line.textContent === text + (link?.text ?? "")) return; // not read out twice
  line.textContent = text;
  if (link) line.append(Object.assign(document.createElement("a"), { href: link.href, textContent: link.text }));
}
