// Skips a step of the first days without leaving the page, and shows the one that follows.
import { refreshStatus } from "../after-save.js";
import { offerPrompts } from "../prompts/offer-prompts.js";

export async function showNextStep() {
  await refreshStatus();
  const part = document.getElementById("next-step");
  if (part.dataset.step === "reminder") await offerPrompts();
  const heading = part.querySelector("h2:not([hidden] h2)");
  (heading ?? document.getElementById("main")).focus({ preventScroll: true });
}

export async function skipStep(form, button) {
  button.disabled = true;
  const sent = await fetch(button.formAction, {
    method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual",
  }).catch(() => null);
  if (sent?.type === "opaqueredirect") return showNextStep();
  button.disabled = false;
  button.closest(".step").append(Object.assign(document.createElement("p"), {
    className: "hint", role: "alert", textContent: "There is no connection, so this stays here for now.",
  }));
}
