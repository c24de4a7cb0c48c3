// Turns prompts on, on this device and in the schedule. To be called within a tap: browsers show
// their question only then.
import "../offline/server.js";
import "./kept.js";
import "./device.js";

export class NotAllowed extends Error {}

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
  const registration = await navigator.serviceWorker.ready;
  const who = await server.session();
  if (!who) throw new Error("Nobody is signed in.");
  const id = await promptsDevice.turnOn(registration, who);
  await enable(who.csrf_token);
  return id;
}
