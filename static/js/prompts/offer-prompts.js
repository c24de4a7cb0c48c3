// Offers reminders: to a new leader as a step of the first days, to others once the day is completed,
// and not where they come already. "Not now" is remembered on this device; a step that is skipped, on
// the account. What turns them on is loaded when a finger or the focus comes to the card, so that it is
// there when the button is tapped: browsers ask for permission only within a tap.
import { getPromptSupport } from "./browser-support.js";

const NOT_NOW = "prompts-not-now";
const DAY = 24 * 3600_000; // ms
const NAMES = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

let card = null; // the section that is shown, which a save may replace
const find = (name) => card.querySelector(name);

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

const capitalize = (text) => text[0].toUpperCase() + text.slice(1);

function formatNextTime({ times, ...schedule }) {
  // Without a time there is only the evening's prompt.
  const at = times.length ? `at ${new Intl.ListFormat("en-GB").format(times)}` : "in the evening";
  return `${formatNextDay(schedule)} ${at}`;
}

// A time that nobody has chosen yet can be changed here, and says where it comes from.
function fillOfferOf({ chosen, enabled, reaches, ...schedule }) {
  find(".ask-time").hidden = chosen;
  find("[data-time]").value = schedule.times[0] ?? "";
  if (chosen) {
    find(".ask-heading").textContent = enabled && reaches.length ? "Reminders on this device too?" : "Reminders on this device?";
    find(".ask-offer").textContent = `${capitalize(formatNextTime(schedule))}.`;
    find(".ask-why").textContent = "";
    return;
  }
  find(".ask-offer").textContent = "on practice days";
  find(".ask-why").textContent = `${schedule.times[0]} is about when you wrote today. The first would come ${formatNextDay(schedule)}.`;
}

async function isWanted() {
  if ("isStep" in card.dataset) return true; // until it is done or skipped
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
  fillOfferOf(await fetchSchedule());
}

export async function offerPrompts() {
  const found = document.getElementById("ask");
  if (!found?.hidden) return;
  if (card !== found) {
    card = found;
    addListeners();
  }
  if (!(await isWanted())) return;
  const support = getPromptSupport();
  if (support === "possible") await fillOffer();
  if (support === "install") await loadSteps();
  show(support);
}

async function turnOn({ currentTarget: button }) {
  const status = find(".ask-status");
  button.disabled = true;
  status.textContent = "";
  const turningOn = await loadTurningOn().catch(() => null);
  if (!turningOn) {
    status.textContent = "The journal cannot be reached, so nothing was turned on. Try again later.";
    button.disabled = false;
    return;
  }
  const { NotAllowed, turnOnPrompts, explainFailure } = turningOn;
  const time = find("[data-time]").value;
  try {
    await turnOnPrompts(time ? [time] : null);
    document.getElementById("no-reminder")?.remove();
    await showDone();
  } catch (failure) {
    if (failure instanceof NotAllowed && failure.message !== "denied") {
      status.textContent = "The browser got no answer, so nothing has changed.";
      return;
    }
    if (Notification.permission === "denied") show("blocked");
    else {
      find(".ask-failed").textContent = explainFailure(failure);
      show("failed");
    }
  } finally {
    button.disabled = false;
  }
  find("[data-way]:not([hidden]) h2").focus();
}

async function showDone() {
  const { fetchSchedule } = await import("./schedule.js");
  const schedule = await fetchSchedule().catch(() => null);
  find(".ask-done").textContent = schedule ? `The first comes ${formatNextTime(schedule)}.` : "";
  show("done");
}

function addListeners() {
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
  find("[data-go-on]")?.addEventListener("click", async () => {
    (await import("../onboarding/send-step.js")).showNextStep();
  });
}
