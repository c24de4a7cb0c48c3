// Shares a link of the team mirror by the device's share sheet if it has one, else by the clipboard.
// A shared link says so, so that nobody gets it twice.
const hasShareSheet = matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ url: location.href });

async function shareLink(input) {
  if (hasShareSheet) {
    await navigator.share({ url: input.value });
    return "Handed out";
  }
  await navigator.clipboard.writeText(input.value);
  return "Copied";
}

for (const row of document.querySelectorAll(".link-list li")) {
  const input = row.querySelector("input");
  const button = row.querySelector("button");
  const status = row.querySelector("[role=status]");
  button.firstChild.data = hasShareSheet ? "Hand out" : "Copy";
  button.hidden = !hasShareSheet && !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      status.textContent = await shareLink(input);
    } catch (failure) {
      if (failure.name === "AbortError") return; // the share sheet was closed
      input.select();
      status.textContent = "Press copy now: the link is selected.";
    }
  });
}
