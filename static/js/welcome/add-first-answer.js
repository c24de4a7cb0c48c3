// Adds the answer of the welcome page to the journal, as a change that was written without a
// connection: it is sent by the outbox, and merged with what the day holds already.
import { account, openJournal } from "../offline/device-journal.js";
import { clearKeptAnswer, formatDay, getKeptAnswer, openVisitorJournal } from "./kept-answer.js";

const section = document.getElementById("first-answer");
const status = document.getElementById("first-answer-status");

// Where signing in was to lead: a path of this site.
function findNextPath() {
  const next = new URL(new URLSearchParams(location.search).get("next") ?? "/", location.origin);
  return next.origin === location.origin ? next.pathname + next.search : "/";
}

function leave(date = null) {
  const next = findNextPath();
  location.replace(date && next === "/" ? `/day/${date}` : next);
}

// The account's zone may not have reached the day of the visitor's.
function findDay(answer) {
  const { timeZone: time_zone, dayStartsAt: day_starts_at } = document.querySelector("meta[name=journal-account]").dataset;
  const today = localDay(new Date(), { time_zone, day_starts_at });
  return { date: answer.local_date > today ? today : answer.local_date, today };
}

// Words of the same key are joined, and a score that is there stays.
function join(content, { key, behaviour, question, score, text }) {
  const there = content.answers.find((answer) => answer.key === key);
  const added = { key, behaviour, question, score, text };
  const joined = there && {
    ...(there.text.trim() ? there : added),
    score: there.score ?? score,
    text: [there.text, text].filter((words) => words.trim()).join("\n\n"),
  };
  const others = content.answers.filter((answer) => answer.key !== key);
  return { ...content, answers: [...others, joined ?? added] };
}

async function storeServerDay(journal, date) {
  const answer = await server.call("GET", `/reflections?from=${date}&to=${date}`);
  const [stored] = answer.ok ? (await answer.json()).items : [];
  if (stored) await journal.storeServerDay(account, date, dayContent.toStoredDay(stored));
}

async function add(answer) {
  status.textContent = "Saving your answer…";
  const { date, today } = findDay(answer);
  const journal = await openVisitorJournal(); // before `openJournal`, which clears what visitors left
  // If the server cannot be reached, it merges later what is not known here.
  await storeServerDay(journal, date).catch(() => {});
  const { content } = await journal.getDay(account, date);
  await journal.writeDay(account, date, content, join(content, answer));
  await journal.queueDay(account, date, answer.written_at);
  await clearKeptAnswer();
  const { outbox } = await openJournal();
  await outbox.sendAll();
  leave(date === today ? null : date);
}

async function offer(answer) {
  section.querySelector("[data-day]").textContent = formatDay(answer.local_date);
  section.querySelector("[data-question]").textContent = answer.question_text;
  section.querySelector("[data-text]").textContent = answer.text;
  section.hidden = false;
  section.querySelector("[data-add]").addEventListener("click", ({ target }) => {
    target.disabled = true;
    add(answer).catch(fail);
  });
  section.querySelector("[data-clear]").addEventListener("click", async () => {
    await clearKeptAnswer();
    leave();
  });
}

function fail(failure) {
  console.info("The answer cannot be added:", failure?.name);
  status.textContent = "Your answer could not be added on this device.";
}

async function start() {
  const answer = await getKeptAnswer();
  if (!answer) return leave();
  return "agreed" in section.dataset ? add(answer) : offer(answer);
}

start().catch(fail);
