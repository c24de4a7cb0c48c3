// Once the day is completed, a card offers prompts and says why. "Not now" is remembered on this
// device, and there is no offer where prompts come already.
import { getPromptSupport } from "./browser-support.js";
import { NotAllowed, fetchSchedule, turnOnPrompts, explainFailure } from "./turn-on-prompts.js";

const NOT_NOW = "prompts-not-now";
const DAY = 24 * 3600_000; // ms
const NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const card = document.getElementById("ask");
const status = card.querySelector(".ask-status");

function show(state) {
  for (const part of card.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== state;
  card.hidden = false;
}

// Returns "tomorrow", the name of the next day with prompts, or its date where it is far off.
function formatNextDay({ weekdays, paused_until: pause }) {
  const today = Date.parse(card.dataset.day);
  const first = Math.max(today + DAY, pause ? Date.parse(pause) : 0);
  for (let at = first; at < first + 7 * DAY; at += DAY) {
    const day = new Date(at).getUTCDay();
    if (!weekdays.includes(day || 7)) continue;
    if (at === today + DAY) return "tomorrow";
    if (at <= today + 7 * DAY) return `on ${NAMES[day]}`;
    return `on ${new Date(at).toLocaleDateString("en-GB", { day: "numeric", month: "long", timeZone: "UTC" })}`;
  }
  return "again";
}

function formatNextTime({ times, ...schedule }) {
  // Without a time there is only the evening's prompt.
  const at = times.length ? `at ${new Intl.ListFormat("en-GB").format(times)}` : "in the evening";
  return `${formatNextDay(schedule)} ${at}`;
}

function composeOffer({ chosen, enabled, reaches, ...schedule }) {
  const when = formatNextTime(schedule);
  if (!chosen) return `May we ask you ${when}, when you wrote today?`;
  if (!enabled) return `May we ask you again, ${when}?`;
  return `May we ask you on this device${reaches.length ? " too" : ""}, ${when}?`;
}

async function isWanted() {
  if (localStorage.getItem(NOT_NOW)) return false;
  return !(await promptStore.getDevice()) || Notification.permission !== "granted";
}

export async function offerPrompts() {
  if (!card.hidden || !(await isWanted())) return;
  const support = getPromptSupport();
  if (support === "possible") {
    const schedule = await fetchSchedule();
    card.querySelector(".ask-offer").textContent = composeOffer(schedule);
    card.querySelector(".ask-done").textContent = `We will ask you ${formatNextTime(schedule)}.`;
  }
  show(support);
}

async function turnOn({ currentTarget: button }) {
  button.disabled = true;
  status.textContent = "";
  try {
    await turnOnPrompts();
    document.getElementById("no-reminder")?.remove();
    show("done");
  } catch (failure) {
    if (failure instanceof NotAllowed && failure.message !== "denied") {
      status.textContent = "The browser got no answer, so nothing has changed.";
      return;
    }
    if (Notification.permission === "denied") show("blocked");
    else {
      card.querySelector(".ask-failed").textContent = explainFailure(failure);
      show("failed");
    }
  } finally {
    button.disabled = false;
  }
  card.querySelector("[data-way]:not([hidden]) h2").focus();
}

for (const button of card.querySelectorAll("[data-yes]")) button.addEventListener("click", turnOn);

for (const button of card.querySelectorAll("[data-not-now]")) {
  button.addEventListener("click", () => {
    localStorage.setItem(NOT_NOW, card.dataset.day);
    card.hidden = true;
    document.getElementById("main").focus({ preventScroll: true });
  });
}
