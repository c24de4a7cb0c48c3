// What is noted on today's page beside the day (someone served, a win, a hand-off, what became of a
// commitment) is kept on this device first, and sent when it can be. Without this, the forms are
// plain ones. The page that opens without a connection gets the forms as they were last seen here.
import { account, openJournal, deviceName } from "../offline/device-journal.js";
import { createOutboxSender } from "../offline/outbox-sender.js";

const BESIDE = "beside-today"; // where they stand, on the page and among the pages kept here
const holder = document.getElementById(BESIDE);
const channel = new BroadcastChannel("journal"); // one of its own also hears this page's outbox
const waiting = new Map(); // the form in which a path was written
const keeping = new Set(); // forms of which something is being kept just now
let whose = account;

const formsHere = () => [...holder.querySelectorAll("form[data-keep]")];
const isAnswer = (form) => "whole" in form.dataset;
const lineOf = (form) => (form.closest("[data-entry]") ?? form).querySelector("[data-said]");
const say = (form, text) => { lineOf(form).textContent = text; };

// ---- the page without a connection

const DAY = /^\/day\/(\d{4}-\d{2}-\d{2})$/;

async function keepForms(journal) {
  const copy = holder.cloneNode(true);
  for (const field of copy.querySelectorAll("[name=csrf_token]")) field.remove();
  for (const open of copy.querySelectorAll("[open]")) open.removeAttribute("open");
  for (const line of copy.querySelectorAll("[role=status]")) line.textContent = "";
  copy.querySelector("#not-noted").hidden = true;
  await journal.savePage(whose, BESIDE, { body: copy.innerHTML });
}

// The forms are today's alone: another day that is opened without a connection has none.
async function fillForms(journal) {
  const leader = await journal.getLeader();
  whose = leader?.account;
  const page = whose && await journal.getPage(whose, BESIDE);
  const today = whose && localDay(new Date(), leader);
  if (!page || (DAY.exec(location.pathname)?.[1] ?? today) !== today) return;
  holder.innerHTML = page.body;
  for (const form of formsHere()) {
    if (form.dataset.day) form.dataset.day = today;
    if (form.elements.settled_on) form.elements.settled_on.value = today;
  }
}

// ---- what is noted

// What became of something that today asks about, laid over the whole of it.
function answerOf(form, said) {
  const { keep, etag, whole } = form.dataset;
  const was = JSON.parse(whole);
  const given = Object.keys(was).filter((name) => said.has(name));
  const content = { ...was, ...Object.fromEntries(given.map((name) => [name, said.get(name)])) };
  const words = [was.text, said.get("reason"), said.get("celebrated_how")].filter(Boolean).join(" · ");
  return [{ path: keep, etag, was, content, words }];
}

function actsOf(form, said) {
  const { selectedOptions: [whom] } = form.elements.person_id;
  return said.getAll("acts").map((act) => {
    const name = form.querySelector(`[name=acts][value="${act}"]`).parentElement.textContent.trim();
    const path = `/people/${whom.value}/acts/${form.dataset.day}/${act}`;
    return { path, content: {}, words: `${name}: ${whom.textContent.trim()}` };
  });
}

// What a form says, as calls of the API: each with an id of its own, so that none is made twice.
function draftsOf(form) {
  const { keep, day } = form.dataset;
  const said = new FormData(form);
  if (isAnswer(form)) return answerOf(form, said);
  if (keep === "acts") return actsOf(form, said);
  const content = { text: said.get("text"), local_date: day, person_id: said.get("person_id") || null };
  if (said.has("celebrated_how")) content.celebrated_how = said.get("celebrated_how");
  const words = [content.text, content.celebrated_how].filter(Boolean).join(" · ");
  return [{ path: `/${keep}/${crypto.randomUUID()}`, content, words }];
}

async function note(journal, form) {
  const drafts = draftsOf(form);
  if (!drafts.length) {
    say(form, "Tick what you did.");
    return false;
  }
  say(form, "Saving…");
  for (const { path, etag = null, was = {}, content, words } of drafts) {
    await journal.saveDraft(whose, path, { etag, was, content, words, once: true });
    waiting.set(path, form);
  }
  if (!isAnswer(form)) form.reset();
  return true;
}

// ---- what becomes of it

async function tell(journal, state) {
  const settled = new Map(); // by form: whether all of it was taken
  for (const [path, form] of [...waiting]) {
    const draft = await journal.getDraft(whose, path);
    if (draft && !draft.refused) {
      say(form, state === "signed-out" ? `Saved on ${deviceName}. Sign in to send it.` : `Saved on ${deviceName}. Sent as soon as it can be.`);
      continue;
    }
    waiting.delete(path);
    settled.set(form, !draft && (settled.get(form) ?? true));
  }
  if (settled.size) await showRefused(journal);
  for (const [form, taken] of settled) {
    if (keeping.has(form) || [...waiting.values()].includes(form)) continue; // there is more of it
    if (taken && isAnswer(form)) await over(journal, form);
    else say(form, taken ? "Noted." : "");
  }
}

// What today asked about is answered: it goes, and that is said where a screen reader still hears it.
async function over(journal, form) {
  const section = form.closest("[data-entry]");
  const hadFocus = section.contains(document.activeElement);
  section.remove();
  document.getElementById("noted").textContent = "Noted.";
  if (hadFocus) document.getElementById("also-heading").focus();
  await keepForms(journal);
}

// What was noted here before and the server did not take: the leader sees why, and may leave it out.
async function showRefused(journal) {
  const refusal = document.getElementById("not-noted");
  const [row] = (await journal.listUnsentDrafts(whose)).filter(({ once, refused }) => once && refused);
  refusal.hidden = !row;
  if (!row) return;
  const { words } = await journal.decryptDraft(row);
  refusal.querySelector("p").textContent = `${words ? `“${words}” was not taken. ` : ""}${row.refused}`;
  refusal.querySelector("button").onclick = async () => {
    await journal.removeDraft(whose, row.path);
    await showRefused(journal);
  };
}

async function start() {
  const { journal, outbox } = await openJournal();
  if ("shell" in holder.dataset) await fillForms(journal);
  else await keepForms(journal);
  if (!formsHere().length) return;
  await showRefused(journal);
  const told = () => tell(journal, sender.state());
  const sender = createOutboxSender(journal, outbox, whose, told);
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft") told(); });
  for (const moment of ["online", "focus"]) addEventListener(moment, () => { if (waiting.size) sender.send(); });
  for (const form of formsHere()) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (keeping.has(form)) return; // tapped twice
      keeping.add(form);
      try {
        if (!(await note(journal, form))) return;
      } catch {
        form.submit(); // no room is left here
        return;
      } finally {
        keeping.delete(form);
      }
      await sender.send();
    });
  }
}

if (holder) start().catch((failure) => console.info("Nothing is kept on this device:", failure?.name));
