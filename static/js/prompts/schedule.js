// The schedule of prompts, as the server has it.
import "../offline/server.js";

const FIELDS = [
  "times", "weekdays", "quiet_from", "quiet_to", "paused_until", "streak_at_risk", "by_mail",
];

export async function fetchSchedule() {
  const answer = await server.call("GET", "/prompt-schedule");
  if (!answer.ok) throw new Error(`The schedule could not be read: ${answer.status}`);
  return answer.json();
}

// Turns the schedule on; `times` replaces those that are only offered and were not chosen yet.
export async function enableSchedule(csrf, times = null) {
  const schedule = await fetchSchedule();
  if (schedule.enabled) return;
  const body = { enabled: true };
  for (const name of FIELDS) body[name] = schedule[name];
  if (times && !schedule.chosen) body.times = times;
  const answer = await server.call("PUT", "/prompt-schedule", { body, csrf });
  if (!answer.ok) throw new Error(`The schedule could not be saved: ${answer.status}`);
}
