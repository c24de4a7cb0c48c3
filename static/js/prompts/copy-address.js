// Puts the address of the calendar onto the clipboard.
const button = document.querySelector("[data-copy]");

if (button && navigator.clipboard) {
  const input = document.getElementById(button.dataset.copy);
  const said = document.getElementById("copy-said");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(input.value);
      said.textContent = "Copied.";
    } catch {
      input.select();
      said.textContent = "Press copy now: the address is selected.";
    }
  });
}
