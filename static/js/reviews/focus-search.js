// Puts the cursor into the field where a keyboard is at hand. On a phone the keys on the screen would
// cover what can be searched for.
if (matchMedia("(hover: hover) and (pointer: fine)").matches) {
  document.querySelector("[data-focus]")?.focus();
}
