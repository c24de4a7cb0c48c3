// Offers to install the journal where the browser lets a page do so, and says where it is installed.
import { isApp } from "../prompts/browser-support.js";

const buttons = document.querySelectorAll("[data-install-app]");
const parts = document.querySelectorAll("[data-install]"); // "offered", "installed"
const line = document.querySelector("[data-install-state]");
let offer = null;

function show(state) {
  for (const part of parts) part.hidden = part.dataset.install !== state;
  for (const button of buttons) button.hidden = state !== "offered";
  if (line && state === "installed") line.textContent = "Installed";
}

addEventListener("beforeinstallprompt", (event) => {
  event.preventDefault(); // the page has a button of its own
  offer = event;
  show("offered");
});

addEventListener("appinstalled", () => show("installed"));

for (const button of buttons) button.addEventListener("click", async () => {
  if (!offer) return;
  // An offer can be used once; after a no, the browser makes another one when it sees fit.
  const asked = offer;
  offer = null;
  button.disabled = true;
  await asked.prompt();
  const { outcome } = await asked.userChoice;
  button.disabled = false;
  show(outcome === "accepted" ? "installed" : null);
});

if (isApp) show("installed");
