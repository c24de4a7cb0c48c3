// Closes today without a connection, with what this device knows: the streak that the page was made
// with, and a passage of a day that was opened here.
import { account, openJournal } from "./offline/device-journal.js";

// The latest comes last, as on the server (reviews/look_back/rules.py).
const BACK = [["A year ago", 12], ["A quarter ago", 3], ["A month ago", 1]];
const TICK = `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="9.5"/><path d="m7.5 12.5 3 3 6-6.5"/></svg>`;

const isAnswered = ({ score, text }) => score || text?.trim();

// The same date so many months before, or the last day of a shorter month.
function monthsBefore(date, months) {
  const [year, month, day] = date.split("-").map(Number);
  const last = new Date(Date.UTC(year, month - months, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 - months, Math.min(day, last))).toISOString().slice(0, 10);
}

async function findPassage(date) {
  const { journal } = await openJournal();
  const leader = account ?? (await journal.getLeader())?.account;
  const days = [...BACK.map(([title, months]) => [title, monthsBefore(date, months)]), ["A week ago", daysAfter(date, -7)]];
  for (const [title, day] of days) {
    const { content } = await journal.getDay(leader, day);
    const answer = content.answers.find(({ text }) => text?.trim());
    if (answer) return { title, day, ...answer };
  }
  return null;
}

function makePassage(form, { title, day, key, text }) {
  const figure = document.createElement("figure");
  figure.className = `closing-passage key-${key}`;
  const caption = document.createElement("figcaption");
  caption.append(Object.assign(document.createElement("a"), { href: `/day/${day}`, textContent: title }));
  const quote = Object.assign(document.createElement("blockquote"), { className: "entry-text", textContent: text.trim() });
  figure.append(caption, quote);
  return figure;
}

// The streak in the head of the page counts today from now on.
function countToday() {
  const streak = document.querySelector("#day-status [data-if-written]:not([data-counted])");
  if (!streak) return;
  streak.textContent = streak.dataset.ifWritten;
  streak.setAttribute("data-counted", "");
  streak.nextElementSibling?.remove(); // what writing today would do
}

export async function showWithoutConnection(form, content) {
  const closing = document.getElementById("closing");
  if (!closing?.dataset.heading) return; // another day than today
  countToday();
  const keys = form.querySelectorAll("[data-key]").length;
  if (closing.childElementCount || content.answers.filter(isAnswered).length < keys) return;
  const head = Object.assign(document.createElement("p"), { className: "closing-head", innerHTML: `${TICK}<strong></strong>` });
  head.querySelector("strong").textContent = closing.dataset.heading;
  const passage = await findPassage(form.dataset.day).catch(() => null);
  if (closing.childElementCount) return;
  closing.append(head, ...(passage ? [makePassage(form, passage)] : []));
}
