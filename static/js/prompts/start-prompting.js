// Turns prompts on: on this device first, and only where that worked in the schedule. To be called
// within a tap: browsers show their question only then.
import "../offline/server.js";
import "./kept.js";
import "./device.js";

export class NotAllowed extends Error {}

const WORKER_WITHIN = 10_000; // ms
const SUBSCRIBES_WITHIN = 60_000;

function within(time, name, promise) {
  const late = new Promise((_, reject) => {
    setTimeout(() => reject(new DOMException("It takes too long.", name)), time);
  });
  return Promise.race([promise, late]);
}

// `ready` never comes where the worker could not be registered.
export const workerReady = () => within(WORKER_WITHIN, "InvalidStateError", navigator.serviceWorker.ready);

// Why nothing was turned on, as a sentence.
export function whyNot(failure) {
  if (failure instanceof NotAllowed || failure?.name === "NotAllowedError") {
    return "The browser did not allow notifications, so nothing was turned on.";
  }
  if (failure?.name === "AbortError") return "This browser cannot reach its push service, so nothing was turned on.";
  if (failure?.name === "InvalidStateError") return "Notifications did not start in this browser. Close the journal and open it again.";
  if (failure?.name === "NotSupportedError") return "This browser cannot take notifications from this journal.";
  if (failure?.status === 422) return "This journal does not know this browser’s push service, so nothing was turned on.";
  return "The journal cannot be reached, so nothing was turned on. Try again later.";
}

export async function scheduleOfLeader() {
  const answer = await server.call("GET", "/prompt-schedule");
  if (!answer.ok) throw new Error(`The schedule was not told: ${answer.status}`);
  return answer.json();
}

const CHOSEN = [
  "times", "weekdays", "quiet_from", "quiet_to", "paused_until", "streak_at_risk", "by_mail",
];

async function enable(csrf) {
  const schedule = await scheduleOfLeader();
  if (schedule.enabled) return;
  const body = { enabled: true };
  for (const name of CHOSEN) body[name] = schedule[name];
  const answer = await server.call("PUT", "/prompt-schedule", { body, csrf });
  if (!answer.ok) throw new Error(`The schedule was not kept: ${answer.status}`);
}

// Returns the id of this device. Throws NotAllowed where the leader or the browser said no.
export async function startPrompting() {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new NotAllowed(permission);
  const registration = await workerReady();
  const who = await server.getSession();
  if (!who) throw new Error("Nobody is signed in.");
  const id = await within(SUBSCRIBES_WITHIN, "AbortError", promptsDevice.turnOn(registration, who));
  await enable(who.csrf_token);
  return id;
}
