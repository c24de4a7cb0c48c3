// Once the day is completed, a card offers prompts and says why. "Not now" is remembered on this
// device, and there is no offer where prompts come already. What turns them on is loaded when a finger
// or the focus comes to the card, so that it is there when the button is tapped: browsers ask for
// permission only within a tap.
import { getPromptSupport } from "./browser-support.js";

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
  if (self.Notification?.permission !== "granted") return true;
  await import("./prompt-store.js");
  return !(await promptStore.getDevice());
}

// The styles of the steps to the home screen.
function loadSteps() {
  const href = new URL("../../css/prompts.css", import.meta.url);
  const styles = Object.assign(document.createElement("link"), { rel: "stylesheet", href });
  return new Promise((resolve) => {
    styles.onload = styles.onerror = resolve;
    document.head.append(styles);
  });
}

const loadTurningOn = () => import("./turn-on-prompts.js");

async function fillOffer() {
  const { fetchSchedule } = await import("./schedule.js");
  const schedule = await fetchSchedule();
  card.querySelector(".ask-offer").textContent = composeOffer(schedule);
  card.querySelector(".ask-done").textContent = `We will ask you ${formatNextTime(schedule)}.`;
}

export async function offerPrompts() {
  if (!card.hidden || !(await isWanted())) return;
  const support = getPromptSupport();
  if (support === "possible") await fillOffer();
  if (support === "install") await loadSteps();
  show(support);
}

async function turnOn({ currentTarget: button }) {
  button.disabled = true;
  status.textContent = "";
  const turningOn = await loadTurningOn().catch(() => null);
  if (!turningOn) {
    status.textContent = "The journal cannot be reached, so nothing was turned on. Try again later.";
    button.disabled = false;
    return;
  }
  const { NotAllowed, turnOnPrompts, explainFailure } = turningOn;
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

for (const sign of ["pointerdown", "focusin"]) {
  card.addEventListener(sign, () => loadTurningOn().catch(() => {}), { once: true });
}
for (const button of card.querySelectorAll("[data-yes]")) button.addEventListener("click", turnOn);

for (const button of card.querySelectorAll("[data-not-now]")) {
  button.addEventListener("click", () => {
    localStorage.setItem(NOT_NOW, card.dataset.day);
    card.hidden = true;
    document.getElementById("main").focus({ preventScroll: true });
  });
}
