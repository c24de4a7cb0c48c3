// Skips a step of the first days without leaving the page and shows the one that follows, or adds the
// names of the last one. What cannot be sent stays as it was typed.
import { refreshStatus } from "../after-save.js";
import { offerPrompts } from "../prompts/offer-prompts.js";

const status = Object.assign(document.createElement("p"), { className: "hint" });
status.setAttribute("role", "alert");

export async function showNextStep() {
  await refreshStatus();
  const part = document.getElementById("next-step");
  if (part.dataset.step === "reminder") await offerPrompts();
  const heading = part.querySelector("h2:not([hidden] h2)");
  (heading ?? document.getElementById("main")).focus({ preventScroll: true });
}

export async function sendStep(form, button) {
  button.disabled = true;
  const sent = await fetch(button.formAction, {
    method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
  }).catch(() => null);
  if (sent?.type === "opaqueredirect") {
    if (button.formAction.includes("/tips/")) return showNextStep();
    location.reload(); // it may have to say that a name was refused
    return;
  }
  button.disabled = false;
  status.textContent = "There is no connection, so this stays here for now.";
  button.closest(".step").append(status);
}
