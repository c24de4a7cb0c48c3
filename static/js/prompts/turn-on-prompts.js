// Turns prompts on: first on this device and, only if that worked, in the schedule. It must be called
// within a tap, as browsers ask for permission only then.
import "../offline/server.js";
import "./prompt-store.js";
import "./push-device.js";
import { enableSchedule } from "./schedule.js";

export class NotAllowed extends Error {}

const WORKER_TIMEOUT = 10_000; // ms
const SUBSCRIBE_TIMEOUT = 60_000;

function limitTime(time, name, promise) {
  const timeout = new Promise((_, reject) => {
    setTimeout(() => reject(new DOMException("It takes too long.", name)), time);
  });
  return Promise.race([promise, timeout]);
}

// `ready` never resolves where the worker could not be registered.
export const waitForWorker = () => limitTime(WORKER_TIMEOUT, "InvalidStateError", navigator.serviceWorker.ready);

// Returns a sentence on why nothing was turned on.
export function explainFailure(failure) {
  if (failure instanceof NotAllowed || failure?.name === "NotAllowedError") {
    return "The browser did not allow notifications, so nothing was turned on.";
  }
  if (failure?.name === "AbortError") return "This browser cannot reach its push service, so nothing was turned on.";
  if (failure?.name === "InvalidStateError") return "Notifications did not start in this browser. Close the journal and open it again.";
  if (failure?.name === "NotSupportedError") return "This browser cannot take notifications from this journal.";
  if (failure?.status === 422) return "This journal does not know this browser’s push service, so nothing was turned on.";
  return "The journal cannot be reached, so nothing was turned on. Try again later.";
}

// Returns the id of this device; `times` are those that the leader has just chosen. Throws NotAllowed where the leader or the browser said no.
export async function turnOnPrompts(times = null) {
  const permission = await Notification.requestPermission();
  if (permission !== "granted") throw new NotAllowed(permission);
  const registration = await waitForWorker();
  const signedIn = await server.getSession();
  if (!signedIn) throw new Error("Nobody is signed in.");
  const id = await limitTime(SUBSCRIBE_TIMEOUT, "AbortError", pushDevice.turnOn(registration, signedIn));
  await enableSchedule(signedIn.csrf_token, times);
  return id;
}
