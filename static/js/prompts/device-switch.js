// Turns reminders on and off on this device, and marks this device in the list of devices.
import { getDeviceKind, getPromptSupport } from "./browser-support.js";
import { NotAllowed, turnOnPrompts, explainFailure, waitForWorker } from "./turn-on-prompts.js";

const switchBox = document.getElementById("this-device");
const status = switchBox.querySelector("[role=status]");

for (const word of document.querySelectorAll("[data-device-kind]")) word.textContent = getDeviceKind();

const findRow = (device) => device && document.querySelector(`[data-device="${device.id}"]`);

async function getState() {
  const support = getPromptSupport();
  if (support !== "possible") return support;
  const registration = await waitForWorker().catch(() => null);
  if (!registration) return "broken";
  // Renewing this device may have changed the list.
  await pushDevice.renew(registration).catch(() => {});
  const device = await promptStore.getDevice();
  if (!device || !(await registration.pushManager.getSubscription())) return "off";
  if (!findRow(device)) await reloadList();
  if (!findRow(device)) return "off";
  return "enabled" in document.getElementById("reminders-state").dataset ? "on" : "ready";
}

async function showState() {
  const state = await getState();
  for (const part of switchBox.querySelectorAll("[data-way]")) {
    part.hidden = part.dataset.way !== state;
  }
  switchBox.hidden = false;
  findRow(await promptStore.getDevice())?.querySelector("[data-this-one]").removeAttribute("hidden");
}

// Reloads only the list, the state and the switch: what is typed into the form beside them stays.
async function reloadList() {
  const fresh = new DOMParser().parseFromString(
    await (await fetch(location.pathname, { cache: "no-store" })).text(), "text/html",
  );
  for (const id of ["device-list", "reminders-state", "reminders-switch"]) {
    const part = fresh.getElementById(id);
    document.getElementById(id).replaceWith(part);
  }
}

function handleButtons(name, act, done) {
  for (const button of switchBox.querySelectorAll(`[data-${name}]`)) button.addEventListener("click", async () => {
    button.disabled = true;
    status.textContent = "";
    try {
      await act();
      await reloadList();
      await showState();
      status.textContent = done;
      status.focus();
    } catch (failure) {
      if (failure instanceof NotAllowed && failure.message === "default") {
        status.textContent = "The browser got no answer, so nothing has changed.";
      } else if (Notification.permission === "denied") {
        await showState();
      } else {
        status.textContent = name === "turn-on" ? explainFailure(failure) : "The journal cannot be reached. Try again later.";
      }
    } finally {
      button.disabled = false;
    }
  });
}

handleButtons("turn-on", turnOnPrompts, "Reminders are on for this device.");
handleButtons("turn-off", async () => {
  await pushDevice.turnOff(await waitForWorker());
}, "Reminders are off for this device.");

// A device that is removed from the list must not subscribe again.
document.addEventListener("submit", async (event) => {
  const row = event.target.closest("[data-remove]")?.closest("[data-device]");
  if (!row || event.target.dataset.forgotten !== undefined) return;
  event.preventDefault();
  const { device: id } = row.dataset;
  if ((await promptStore.getDevice())?.id === id) {
    await promptStore.setDevice(null);
    const registration = await navigator.serviceWorker.ready;
    await (await registration.pushManager.getSubscription())?.unsubscribe();
  }
  const form = findRow({ id })?.querySelector("form[data-remove]"); // of the list as it is now
  if (!form) return;
  form.dataset.forgotten = "";
  form.requestSubmit();
});

showState();
