// Keeps a monthly review on this device as it is written, has it sent, and says where its words are.
// What is on no device yet is marked by `data-unsaved` on <html>, as on the page of a day.
import { account, openJournal, deviceName } from "../offline/device-journal.js";
import { createOutboxSender } from "../offline/outbox-sender.js";
import { showStatus, showWaiting } from "../save-status.js";

const form = document.getElementById("review-form");
const page = document.documentElement;
const channel = new BroadcastChannel("journal"); // one of its own also hears this page's outbox
const path = `/reviews/${form.dataset.month}`;
const { isSame, mergeChanges, hasConflict } = draftContent;

const KEPT_AFTER = 250; // ms, from the first key that is not kept yet
const SENT_AFTER = 1000; // ms, from the last key

const { etag } = form.elements;
let shown = content(); // what the form says apart from what was typed since it was kept
let stored = { etag: etag.value || null, was: shown };
let journal = null;
let sender = null;
let keepTimer = 0;
let pauseTimer = 0;
let writing = Promise.resolve(); // one after another
let leaving = false; // submitted: the plain form brings the words there itself

function content() {
  const { mirror, grew, let_go, lean_on } = Object.fromEntries(new FormData(form));
  return { mirror, grew, let_go, lean_on: lean_on || null };
}

function fill(told) {
  for (const [name, value] of Object.entries(told)) {
    const control = form.elements[name];
    if ((control.value || null) === (value || null)) continue;
    control.value = value ?? "";
    if (name !== "lean_on") control.dispatchEvent(new Event("filled")); // it grows with its words
  }
}

const isUnsaved = () => !isSame(shown, content());
const mark = () => page.toggleAttribute("data-unsaved", isUnsaved());

function keep() {
  clearTimeout(keepTimer);
  keepTimer = 0;
  writing = writing.catch(() => {}).then(async () => {
    const mine = content();
    if (isSame(shown, mine)) return;
    await journal.saveDraft(account, path, { ...stored, content: mine });
    shown = mine;
    mark();
  });
  return writing;
}

async function keepAndSend() {
  clearTimeout(pauseTimer);
  try {
    await keep();
  } catch (failure) {
    console.info("Nothing can be kept on this device:", failure?.name);
    showStatus(`Needs you: nothing more fits on ${deviceName}. Press Save.`, { problem: true });
    return;
  }
  await sender.send();
}

// ---- what is said

async function tell() {
  const written = writing;
  await written.catch(() => {});
  const draft = await journal.getDraft(account, path);
  if (writing !== written) return tell(); // more was kept while this was read
  if (!draft) return;
  const { sent, refused } = draft;
  fill(mergeChanges(shown, content(), draft.content));
  shown = draft.content;
  stored = { etag: draft.etag, was: sent ? draft.content : draft.was };
  etag.value = draft.etag ?? ""; // so that a plain submit still works
  mark();
  document.getElementById("superseded-notice").hidden = !draft.aside;
  if (isUnsaved() || sender.isSending()) return;
  if (sent) showStatus("Saved everywhere");
  else showWaiting(form, deviceName, { refused, state: sender.state() });
}

// ---- what the leader does

function written() {
  mark();
  if (!isUnsaved()) return;
  showStatus("Saving…");
  keepTimer ||= setTimeout(() => keep().catch(() => {}), KEPT_AFTER);
  clearTimeout(pauseTimer);
  pauseTimer = setTimeout(keepAndSend, SENT_AFTER);
}

// With everything on the server the month shows it; else the words wait here, and the line says so.
async function save(event) {
  if (leaving) return;
  event.preventDefault();
  await keepAndSend();
  const draft = await journal.getDraft(account, path);
  if (isUnsaved()) {
    leaving = true;
    form.submit();
  } else if (!draft || draft.sent) location.assign(form.dataset.after);
}

function listen() {
  form.addEventListener("input", ({ target }) => { if (target.type !== "radio") written(); });
  form.addEventListener("change", () => { mark(); keepAndSend(); });
  form.addEventListener("submit", save);
  for (const moment of ["online", "focus", "pagehide"]) addEventListener(moment, () => keepAndSend());
  document.addEventListener("visibilitychange", () => keepAndSend());
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft" && data.path === path) tell(); });
  addEventListener("beforeunload", (event) => { if (isUnsaved() && !leaving) event.preventDefault(); });
}

// A browser that keeps nothing still has the plain form.
function withoutJournal() {
  showStatus("This browser keeps nothing by itself: press Save before you leave.");
  let submitted = false;
  form.addEventListener("submit", () => { submitted = true; });
  addEventListener("beforeunload", (event) => { if (isUnsaved() && !submitted) event.preventDefault(); });
}

// What was written here before. A page that was kept for a time without a connection may be older.
async function takeUp() {
  const draft = await journal.getDraft(account, path);
  if (!draft) return;
  if (page.dataset.keptAt) await tell();
  else if (draft.sent) await journal.removeDraft(account, path);
  else {
    document.getElementById("superseded-notice").hidden = !hasConflict(draft.was, draft.content, shown);
    fill(mergeChanges(draft.was, draft.content, shown));
  }
}

async function start() {
  let outbox;
  try {
    if ("held" in form.dataset) throw new Error("The server gave back what it could not take.");
    ({ journal, outbox } = await openJournal());
  } catch (failure) {
    console.info("Nothing is kept on this device:", failure?.name);
    withoutJournal();
    return;
  }
  sender = createOutboxSender(journal, outbox, account, tell);
  await takeUp();
  listen();
  await keep().catch(() => {});
  await sender.send({ again: true });
  if (isUnsaved() || (await journal.getDraft(account, path))) return;
  showStatus(etag.value ? "Saved everywhere" : "");
}

start();
