// Copies the calendar link to the clipboard.
const button = document.querySelector("[data-copy]");

if (button && navigator.clipboard) {
  const input = document.getElementById(button.dataset.copy);
  const status = document.getElementById("copy-status");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(input.value);
      status.textContent = "Copied.";
    } catch {
      input.select();
      status.textContent = "The link is selected: copy it now.";
    }
  });
}
