// Once the day is kept, a quiet card asks whether prompts may come, and says why. "Not now" is
// remembered on this device, and nobody is asked where prompts come already.
import { wayOfPrompts } from "./browser-ways.js";
import { NotAllowed, scheduleOfLeader, startPrompting, whyNot } from "./start-prompting.js";

const NOT_NOW = "prompts-not-now";
const DAY = 24 * 3600_000; // ms
const NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

const card = document.getElementById("ask");
const said = card.querySelector(".ask-said");

function show(way) {
  for (const part of card.querySelectorAll("[data-way]")) part.hidden = part.dataset.way !== way;
  card.hidden = false;
}

// "tomorrow", the name of the next day on which prompts come, or its date where that is far off.
function nextDay({ weekdays, paused_until: pause }) {
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

function nextTime({ times, ...schedule }) {
  // Without a time there is the evening's prompt alone.
  const at = times.length ? `at ${new Intl.ListFormat("en-GB").format(times)}` : "in the evening";
  return `${nextDay(schedule)} ${at}`;
}

function offer({ chosen, enabled, reaches, ...schedule }) {
  const when = nextTime(schedule);
  if (!chosen) return `May we ask you ${when}, when you wrote today?`;
  if (!enabled) return `May we ask you again, ${when}?`;
  return `May we ask you on this device${reaches.length ? " too" : ""}, ${when}?`;
}

async function isWanted() {
  if (localStorage.getItem(NOT_NOW)) return false;
  return !(await kept.device()) || Notification.permission !== "granted";
}

export async function ask() {
  if (!card.hidden || !(await isWanted())) return;
  const way = wayOfPrompts();
  if (way === "possible") {
    const schedule = await scheduleOfLeader();
    card.querySelector(".ask-offer").textContent = offer(schedule);
    card.querySelector(".ask-done").textContent = `We will ask you ${nextTime(schedule)}.`;
  }
  show(way);
}

async function turnOn({ currentTarget: button }) {
  button.disabled = true;
  said.textContent = "";
  try {
    await startPrompting();
    document.getElementById("no-reminder")?.remove();
    show("done");
  } catch (failure) {
    if (failure instanceof NotAllowed && failure.message !== "denied") {
      said.textContent = "The browser got no answer, so nothing has changed.";
      return;
    }
    if (Notification.permission === "denied") show("blocked");
    else {
      card.querySelector(".ask-failed").textContent = whyNot(failure);
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
