// Hands out a link of the team mirror: by the device's own sheet for sharing where it has one, else
// by the clipboard. A link that was handed out says so, so that nobody is given it twice.
const sheet = matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ url: location.href });

async function handOut(input) {
  if (sheet) {
    await navigator.share({ url: input.value });
    return "Handed out";
  }
  await navigator.clipboard.writeText(input.value);
  return "Copied";
}

for (const row of document.querySelectorAll(".link-list li")) {
  const input = row.querySelector("input");
  const button = row.querySelector("button");
  const said = row.querySelector("[role=status]");
  button.firstChild.data = sheet ? "Hand out" : "Copy";
  button.hidden = !sheet && !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      said.textContent = await handOut(input);
    } catch (failure) {
      if (failure.name === "AbortError") return; // the sheet was closed again
      input.select();
      said.textContent = "Press copy now: the link is selected.";
    }
  });
}
