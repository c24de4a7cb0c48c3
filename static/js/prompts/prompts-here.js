// This device's switch on the page of prompts, and which of the listed devices this one is.
import { showLocalTimes } from "../local-time.js";
import { wayOfPrompts } from "./browser-ways.js";
import { NotAllowed, startPrompting, whyNot, workerReady } from "./start-prompting.js";

const switchBox = document.getElementById("this-device");
const said = switchBox.querySelector("[role=status]");
const enabled = document.getElementById("enabled");

const rowOf = (device) => device && document.querySelector(`[data-device="${device.id}"]`);

async function wayHere() {
  const way = wayOfPrompts();
  if (way !== "possible") return way;
  const registration = await workerReady().catch(() => null);
  if (!registration) return "broken";
  // The list may be older than what keeping this device subscribed has just changed.
  await promptsDevice.keepOn(registration).catch(() => {});
  const device = await kept.device();
  if (!device || !(await registration.pushManager.getSubscription())) return "off";
  if (!rowOf(device)) await renewList();
  if (!rowOf(device)) return "off";
  return "enabled" in document.getElementById("reminders-state").dataset ? "on" : "ready";
}

async function show() {
  const way = await wayHere();
  for (const part of switchBox.querySelectorAll("[data-way]")) {
    part.hidden = part.dataset.way !== way;
  }
  switchBox.hidden = false;
  rowOf(await kept.device())?.querySelector("[data-this-one]").removeAttribute("hidden");
}

// The list and the state alone are fetched anew: what is typed into the form beside them stays.
async function renewList() {
  const fresh = new DOMParser().parseFromString(
    await (await fetch(location.pathname, { cache: "no-store" })).text(), "text/html",
  );
  for (const id of ["device-list", "reminders-state"]) {
    const part = fresh.getElementById(id);
    showLocalTimes(part);
    document.getElementById(id).replaceWith(part);
  }
}

function whenTapped(name, act, done) {
  for (const button of switchBox.querySelectorAll(`[data-${name}]`)) button.addEventListener("click", async () => {
    button.disabled = true;
    said.textContent = "";
    try {
      await act();
      await renewList();
      await show();
      said.textContent = done;
      said.focus();
    } catch (failure) {
      if (failure instanceof NotAllowed && failure.message === "default") {
        said.textContent = "The browser got no answer, so nothing has changed.";
      } else if (Notification.permission === "denied") {
        await show();
      } else {
        said.textContent = name === "turn-on" ? whyNot(failure) : "The journal cannot be reached. Try again later.";
      }
    } finally {
      button.disabled = false;
    }
  });
}

whenTapped("turn-on", async () => {
  await startPrompting();
  enabled.checked = true; // as the server keeps it now
}, "Prompts come to this device.");
whenTapped("turn-off", async () => {
  await promptsDevice.turnOff(await workerReady());
}, "Prompts no longer come to this device.");

// Removed from the list, this device must not put itself back there.
document.addEventListener("submit", async (event) => {
  const row = event.target.closest("[data-remove]")?.closest("[data-device]");
  if (!row || event.target.dataset.forgotten !== undefined) return;
  event.preventDefault();
  const { device: id } = row.dataset;
  if ((await kept.device())?.id === id) {
    await kept.setDevice(null);
    const registration = await navigator.serviceWorker.ready;
    await (await registration.pushManager.getSubscription())?.unsubscribe();
  }
  const form = rowOf({ id })?.querySelector("form[data-remove]"); // of the list as it is by now
  if (!form) return;
  form.dataset.forgotten = "";
  form.requestSubmit();
});

show();
