// Shares a link of the team mirror by the device's share sheet if it has one, else by the clipboard; the
// message beside the links is always copied. A shared link says so, so that nobody gets it twice.
const hasShareSheet = matchMedia("(pointer: coarse)").matches && navigator.canShare?.({ url: location.href });

async function shareText(input, withShareSheet) {
  if (withShareSheet) {
    await navigator.share({ url: input.value });
    return "Shared";
  }
  await navigator.clipboard.writeText(input.value);
  return "Copied";
}

for (const row of document.querySelectorAll("[data-copy]")) {
  const input = row.querySelector("input, textarea");
  const button = row.querySelector("button");
  const status = row.querySelector("[role=status]");
  const withShareSheet = "share" in button.dataset && hasShareSheet;
  if (withShareSheet) button.firstChild.data = "Share";
  button.hidden = !withShareSheet && !navigator.clipboard;
  button.addEventListener("click", async () => {
    try {
      status.textContent = await shareText(input, withShareSheet);
    } catch (failure) {
      if (failure.name === "AbortError") return; // the share sheet was closed
      input.select();
      status.textContent = "It’s selected. Copy it now.";
    }
  });
}
