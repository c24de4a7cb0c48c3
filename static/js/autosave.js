// Stores the day on this device as it is typed, sends it, and shows where the text is. Text that is
// only in the form is marked by `data-unsaved` on <html>: at most a quarter of a second of typing.
import { readContent, readInitialContent, fill, readQuestions } from "./day-form.js";
import { account, channel, openJournal, createOutboxSender, deviceName } from "./offline/device-journal.js";
import { askForPrefetch, requestPersistence, savePanel, warnWhenQuotaIsLow } from "./offline/readiness.js";
import { showSaving, showStatus, showWaiting } from "./save-status.js";

const form = document.getElementById("day");
const page = document.documentElement;
const { isSame, isCompleted, mergeChanges } = dayContent;

const STORE_AFTER = 250; // ms, from the first key that is not stored yet
const SEND_AFTER = 1000; // ms, from the last key

form.dataset.script = ""; // it saves by itself: the button goes
let shown = readInitialContent(form); // the content of the form without what was typed since it was stored
let leaderAccount = account;
let date = form.dataset.day;
let journal = null;
let outbox = null;
let sender = null;
let storeTimer = 0;
let pauseTimer = 0; // runs out when the leader pauses
let writing = Promise.resolve(); // one after another
let announced = shown; // what the page has last announced
let isFull = false; // no more fits on this device

const isUnsaved = () => !isSame(shown, readContent(form));
const markUnsaved = () => page.toggleAttribute("data-unsaved", isUnsaved());

// ---- from the form to this device, and back

// Shows what was changed elsewhere, except where the leader is writing.
function show(content, since = shown) {
  fill(form, mergeChanges(since, readContent(form), content));
  shown = content;
  markUnsaved();
}

// Stores on this device what the server had of the day when it sent this page.
function storeServerContent(content) {
  const { at, deleted } = form.dataset;
  const stored = { etag: form.elements.etag.value || null, content, at, deleted: deleted || null };
  return journal.storeServerDay(leaderAccount, date, stored, readQuestions(form));
}

function storeForm() {
  clearTimeout(storeTimer);
  storeTimer = 0;
  writing = writing.then(async () => {
    const mine = readContent(form);
    if (isSame(shown, mine)) return;
    if (isFull) await storeServerContent(shown);
    const kept = await journal.writeDay(leaderAccount, date, shown, mine);
    isFull = false;
    show(kept.content, mine);
  }).catch(sendUnstored);
  return writing;
}

async function storeAndSend() {
  clearTimeout(pauseTimer);
  await storeForm();
  if (isFull) return;
  if (!(await journal.queueDay(leaderAccount, date, new Date().toISOString()))) return showState();
  if (sender.state() === "sent") showSaving(); // else what is said stays, with its link
  return sender.send();
}

// No more fits on this device: the text is sent straight to the server while this page is open.
async function sendUnstored(failure) {
  console.info("Nothing can be kept on this device:", failure?.name);
  isFull = true;
  const mine = readContent(form);
  try {
    const stored = await outbox.sendUnkept(leaderAccount, date, { was: shown, content: mine });
    show(stored.content, mine);
    form.elements.etag.value = stored.etag;
    showStatus("Saved, but this device is full: without a connection nothing more can be kept.", { problem: true });
  } catch {
    showStatus(`Not saved: ${deviceName} is full, and there is no connection. Keep this page open.`, { problem: true });
    sender.later(storeAndSend);
  }
}

// ---- the status line

async function showState() {
  if (isFull) return;
  const written = writing;
  await written;
  const kept = await journal.getDay(leaderAccount, date);
  const waiting = await journal.listUnsent(leaderAccount, date);
  if (writing !== written) return showState(); // more was stored meanwhile
  show(kept.content);
  const refused = waiting.find((row) => row.refused);
  document.getElementById("superseded-notice")?.toggleAttribute("hidden", !kept.aside && !setAsideBefore);
  if (isUnsaved() || sender.isSending() || !isSame(kept.content, kept.queued)) return; // more is still to be sent
  if (waiting.length) {
    showWaiting(form, deviceName, { refused: refused?.refused, state: sender.state() });
    if (sender.state() === "unreached") announceSave(kept.content, false);
  } else {
    showSaved(kept);
  }
}

const setAsideBefore = document.getElementById("superseded-notice")?.hidden === false;

function showSaved({ stored: { etag, content } }) {
  form.elements.etag.value = etag ?? ""; // so that a plain submit still works
  if (!etag && !isCompleted(content)) return showStatus("");
  showStatus("Saved");
  if (isSame(content, announced)) return;
  announced = content;
  announceSave(content);
  requestPersistence();
}

// `sent` says whether the server has it, so that it can be asked what follows from it.
function announceSave(content, sent = true) {
  const kept = isCompleted(content);
  form.dispatchEvent(new CustomEvent("day-saved", { detail: { kept, sent, content } }));
}

// ---- what the leader does

function handleInput() {
  markUnsaved();
  if (!isUnsaved()) return;
  showSaving();
  storeTimer ||= setTimeout(storeForm, STORE_AFTER);
  clearTimeout(pauseTimer);
  pauseTimer = setTimeout(storeAndSend, SEND_AFTER);
}

function addListeners() {
  form.addEventListener("input", ({ target }) => { if (target.type !== "radio") handleInput(); });
  form.addEventListener("change", () => { markUnsaved(); storeAndSend(); }); // a score chosen, a field left
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await storeAndSend();
    if (!page.hasAttribute("data-unsaved") && !isCompleted(shown)) showStatus("Nothing to save yet");
  });
  addEventListener("online", () => storeAndSend());
  addEventListener("focus", () => storeAndSend());
  document.addEventListener("visibilitychange", () => storeAndSend());
  addEventListener("pagehide", () => storeAndSend());
  channel.addEventListener("message", ({ data }) => {
    if (data.type === "day" && data.local_date === date) showState();
  });

  // A tapped link waits until the text is stored, which nobody notices.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const plain = link && !link.target && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!plain || event.defaultPrevented || !isUnsaved()) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    await storeForm();
    location.assign(link.href);
  });
  addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); });
}

// A browser that stores nothing still has the plain form.
function warnWithoutStorage() {
  showStatus("This browser cannot save by itself: press Save before you leave.", { needs: true });
  form.dataset.needsSave = "";
  let submitted = false;
  form.addEventListener("submit", () => { submitted = true; });
  addEventListener("beforeunload", (event) => { if (isUnsaved() && !submitted) event.preventDefault(); });
}

async function start() {
  try {
    ({ journal, outbox } = await openJournal());
  } catch (failure) {
    console.info("Nothing is kept on this device:", failure?.name);
    warnWithoutStorage();
    return;
  }
  if ("shell" in form.dataset) {
    const leader = await journal.getLeader();
    if (!leader) {
      location.replace("/offline");
      return;
    }
    leaderAccount = leader.account;
    const { fillShell } = await import("./offline/day-shell.js");
    date = await fillShell(form, journal, leader);
    shown = readContent(form);
    form.hidden = false;
  } else {
    const held = "held" in form.dataset; // the server returned what it refused
    try {
      const kept = held ? await journal.getDay(leaderAccount, date) : await storeServerContent(shown);
      show(kept.content, held ? kept.content : shown);
    } catch (failure) {
      console.info("This day cannot be kept on this device:", failure?.name);
      isFull = true;
    }
  }
  sender = createOutboxSender(journal, outbox, leaderAccount, showState);
  addListeners();
  if (account) getReady();
  await storeAndSend();
  await journal.queueUnqueuedDays(leaderAccount); // and what other days have not queued yet
  await sender.send({ again: true });
  warnWhenQuotaIsLow();
}

// So that the day, and what is reached from it, can be opened without a connection.
async function getReady() {
  try {
    await savePanel(journal, account);
    await askForPrefetch(journal, account, date);
  } catch (failure) {
    console.info("Not everything is ready for a page without a connection:", failure?.name);
  }
}

// Resolves once the form has what this device knows, and stores what is typed.
export const ready = start();
