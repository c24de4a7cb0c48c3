// Stores a monthly review on this device while it is typed, sends it, and shows where its text is.
// Text that is not stored yet is marked by `data-unsaved` on <html>, as on the page of a day.
import { account, openJournal, createOutboxSender, deviceName } from "../offline/device-journal.js";
import { showStatus, showWaiting } from "../save-status.js";

const form = document.getElementById("review-form");
const page = document.documentElement;
const channel = new BroadcastChannel("journal"); // a channel of its own also hears this page's outbox
const path = `/reviews/${form.dataset.month}`;
const { isSame, mergeChanges, hasConflict } = draftContent;

const STORE_AFTER = 250; // ms, from the first key that is not stored yet
const SEND_AFTER = 1000; // ms, from the last key

const { etag } = form.elements;
let shown = readContent(); // the form's content when it was last stored
let stored = { etag: etag.value || null, was: shown };
let journal = null;
let sender = null;
let storeTimer = 0;
let sendTimer = 0;
let writing = Promise.resolve(); // one at a time
let leaving = false; // submitted: the plain form sends the text itself

function readContent() {
  const { mirror, grew, let_go, lean_on } = Object.fromEntries(new FormData(form));
  return { mirror, grew, let_go, lean_on: lean_on || null };
}

function fill(content) {
  for (const [name, value] of Object.entries(content)) {
    const control = form.elements[name];
    if ((control.value || null) === (value || null)) continue;
    control.value = value ?? "";
    if (name !== "lean_on") control.dispatchEvent(new Event("filled")); // it grows with its text
  }
}

const isUnsaved = () => !isSame(shown, readContent());
const markUnsaved = () => page.toggleAttribute("data-unsaved", isUnsaved());

function storeForm() {
  clearTimeout(storeTimer);
  storeTimer = 0;
  writing = writing.catch(() => {}).then(async () => {
    const mine = readContent();
    if (isSame(shown, mine)) return;
    await journal.saveDraft(account, path, { ...stored, content: mine });
    shown = mine;
    markUnsaved();
  });
  return writing;
}

async function storeAndSend() {
  clearTimeout(sendTimer);
  try {
    await storeForm();
  } catch (failure) {
    console.info("Nothing can be stored on this device:", failure?.name);
    showStatus(`Needs you: nothing more fits on ${deviceName}. Press Save.`, { problem: true });
    return;
  }
  await sender.send();
}

// ---- what the page shows

async function showState() {
  const seen = writing;
  await seen.catch(() => {});
  const draft = await journal.getDraft(account, path);
  if (writing !== seen) return showState(); // more was stored while this was read
  if (!draft) return;
  const { sent, refused } = draft;
  fill(mergeChanges(shown, readContent(), draft.content));
  shown = draft.content;
  stored = { etag: draft.etag, was: sent ? draft.content : draft.was };
  etag.value = draft.etag ?? ""; // so that a plain submit still works
  markUnsaved();
  document.getElementById("superseded-notice").hidden = !draft.aside;
  if (isUnsaved() || sender.isSending()) return;
  if (sent) showStatus("Saved everywhere");
  else showWaiting(form, deviceName, { refused, state: sender.state() });
}

// ---- what the leader does

function handleInput() {
  markUnsaved();
  if (!isUnsaved()) return;
  showStatus("Saving…");
  storeTimer ||= setTimeout(() => storeForm().catch(() => {}), STORE_AFTER);
  clearTimeout(sendTimer);
  sendTimer = setTimeout(storeAndSend, SEND_AFTER);
}

// Once everything is on the server, go to the month; else the text waits here and the line says so.
async function handleSubmit(event) {
  if (leaving) return;
  event.preventDefault();
  await storeAndSend();
  const draft = await journal.getDraft(account, path);
  if (isUnsaved()) {
    leaving = true;
    form.submit();
  } else if (!draft || draft.sent) location.assign(form.dataset.after);
}

function addListeners() {
  form.addEventListener("input", ({ target }) => { if (target.type !== "radio") handleInput(); });
  form.addEventListener("change", () => { markUnsaved(); storeAndSend(); });
  form.addEventListener("submit", handleSubmit);
  for (const moment of ["online", "focus", "pagehide"]) addEventListener(moment, () => storeAndSend());
  document.addEventListener("visibilitychange", () => storeAndSend());
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft" && data.path === path) showState(); });
  addEventListener("beforeunload", (event) => { if (isUnsaved() && !leaving) event.preventDefault(); });
}

// A browser without storage still has the plain form.
function warnWithoutStorage() {
  showStatus("This browser keeps nothing by itself: press Save before you leave.");
  let submitted = false;
  form.addEventListener("submit", () => { submitted = true; });
  addEventListener("beforeunload", (event) => { if (isUnsaved() && !submitted) event.preventDefault(); });
}

// Resume what was typed here before. A page that was saved for offline use may be older than it.
async function resumeDraft() {
  const draft = await journal.getDraft(account, path);
  if (!draft) return;
  if (page.dataset.keptAt) await showState();
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
    console.info("Nothing is stored on this device:", failure?.name);
    warnWithoutStorage();
    return;
  }
  sender = createOutboxSender(journal, outbox, account, showState);
  await resumeDraft();
  addListeners();
  await storeForm().catch(() => {});
  await sender.send({ again: true });
  if (isUnsaved() || (await journal.getDraft(account, path))) return;
  showStatus(etag.value ? "Saved everywhere" : "");
}

start();
