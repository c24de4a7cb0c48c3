// Fills the day's page that the worker opens without a connection: which day it is, its questions
// as far as this device knows them, and the forms of today's panel. What was written is put in by
// autosave.js.
import { showQuestions, fill } from "../day-form.js";
import { restorePanel } from "./readiness.js";

const DAY = /^\/day\/(\d{4}-\d{2}-\d{2})$/;
const named = (date, options) => new Intl.DateTimeFormat("en-GB", { timeZone: "UTC", ...options })
  .format(new Date(`${date}T00:00:00Z`));

const dayName = (date) => named(date, { weekday: "long", day: "numeric", month: "long" });

function turn(direction, date, today) {
  const link = document.querySelector(`[data-turn="${direction}"]`);
  link.hidden = date > today;
  link.href = date === today ? "/" : `/day/${date}`;
  link.querySelector(".visually-hidden").textContent = `The day ${direction}, ${dayName(date)}`;
}

// Returns the local date of the day that the page is for.
export async function fillShell(form, journal, leader) {
  const today = localDay(new Date(), leader);
  const date = DAY.exec(location.pathname)?.[1] ?? today;
  const heading = document.querySelector("h1");
  heading.querySelector("[data-weekday]").textContent = named(date, { weekday: "long" });
  const year = date.slice(0, 4) === today.slice(0, 4) ? {} : { year: "numeric" };
  heading.querySelector("small").textContent = named(date, { day: "numeric", month: "long", ...year });
  heading.querySelector(".visually-hidden").hidden = date !== today;
  document.title = `${date === today ? "Today" : dayName(date)} · Leader Journal`;
  turn("before", daysAfter(date, -1), today);
  turn("after", daysAfter(date, 1), today);
  if (date !== today) delete document.getElementById("closing").dataset.heading; // only today is closed
  form.action = `/day/${date}`;
  document.querySelector("#superseded-notice a").href = `/day/${date}/versions`;
  form.dataset.day = date;
  const kept = await journal.getDay(leader.account, date);
  if (kept.questions) showQuestions(form, kept.questions);
  document.getElementById("not-seen").hidden = kept.seen || date === today;
  fill(form, kept.content);
  await restorePanel(journal, leader);
  return date;
}
