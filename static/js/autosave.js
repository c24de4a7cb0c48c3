// Keeps the day on this device as it is written, has it sent, and says where the words are. What
// stands in the form and on no device yet is marked by `data-unsaved` on <html>; that is a quarter
// of a second of typing at the most.
import { readContent, readInitialContent, fill, readQuestions } from "./day-form.js";
import { fillShell } from "./offline/day-shell.js";
import { account, channel, openJournal, deviceName } from "./offline/device-journal.js";
import { prefetchForOffline } from "./offline/prefetch.js";
import { createOutboxSender } from "./offline/outbox-sender.js";
import { requestPersistence, warnWhenQuotaIsLow } from "./offline/storage-quota.js";
import { showStatus, showWaiting } from "./save-status.js";

const form = document.getElementById("day");
const page = document.documentElement;
const { same, isKept, mergeChanges } = dayContent;

const KEPT_AFTER = 250; // ms, from the first key that is not kept yet
const SENT_AFTER = 1000; // ms, from the last key

let shown = readInitialContent(form); // what the form says apart from what was typed since it was kept
let whose = account;
let date = form.dataset.day;
let journal = null;
let outbox = null;
let sender = null;
let keepTimer = 0;
let pauseTimer = 0; // runs out when the leader pauses
let writing = Promise.resolve(); // one after another
let told = shown; // what the page has last told others of
let isFull = false; // nothing more can be kept on this device

const isUnsaved = () => !same(shown, readContent(form));
const mark = () => page.toggleAttribute("data-unsaved", isUnsaved());

// ---- from the form to this device, and back

// Shows what was changed elsewhere, except where the leader is writing.
function show(content, since = shown) {
  fill(form, mergeChanges(since, readContent(form), content));
  shown = content;
  mark();
}

// Lets this device know what the server has of the day, as far as this page was told.
function meet(content) {
  const { at, deleted } = form.dataset;
  const stored = { etag: form.elements.etag.value || null, content, at, deleted: deleted || null };
  return journal.storeServerDay(whose, date, stored, readQuestions(form));
}

function keep() {
  clearTimeout(keepTimer);
  keepTimer = 0;
  writing = writing.then(async () => {
    const mine = readContent(form);
    if (same(shown, mine)) return;
    if (isFull) await meet(shown);
    const kept = await journal.writeDay(whose, date, shown, mine);
    isFull = false;
    show(kept.content, mine);
  }).catch(noRoom);
  return writing;
}

async function keepAndSend() {
  clearTimeout(pauseTimer);
  await keep();
  if (isFull) return;
  if (!(await journal.queueDay(whose, date, new Date().toISOString()))) return tell();
  if (sender.state() === "sent") showStatus("Saving…"); // else what is said stays, with its link
  return sender.send();
}

// Nothing can be kept here any more: the words go straight to the server, while this page lives.
async function noRoom(failure) {
  console.info("Nothing can be kept on this device:", failure?.name);
  isFull = true;
  const mine = readContent(form);
  try {
    const stored = await outbox.sendUnkept(whose, date, { was: shown, content: mine });
    show(stored.content, mine);
    form.elements.etag.value = stored.etag;
    showStatus("Saved on the server; nothing more fits on this device", { problem: true });
  } catch {
    showStatus(`Needs you: nothing more fits on ${deviceName}, and the journal cannot be reached. Keep this page open.`, { problem: true });
    sender.later(keepAndSend);
  }
}

// ---- what is said

async function tell() {
  if (isFull) return;
  const written = writing;
  await written;
  const kept = await journal.getDay(whose, date);
  const waiting = await journal.listUnsent(whose, date);
  if (writing !== written) return tell(); // more was kept while this was read
  show(kept.content);
  const refused = waiting.find((row) => row.refused);
  document.getElementById("set-aside")?.toggleAttribute("hidden", !kept.aside && !setAsideBefore);
  if (isUnsaved() || sender.isSending() || !same(kept.content, kept.queued)) return; // there is more to come
  if (waiting.length) {
    showWaiting(form, deviceName, { refused: refused?.refused, state: sender.state() });
  } else {
    arrived(kept);
  }
}

const setAsideBefore = document.getElementById("set-aside")?.hidden === false;

function arrived({ stored: { etag, content } }) {
  form.elements.etag.value = etag ?? ""; // so that a plain submit still works
  if (!etag && !isKept(content)) return showStatus("");
  showStatus("Saved everywhere");
  if (same(content, told)) return;
  told = content;
  form.dispatchEvent(new CustomEvent("day-saved", { detail: { kept: isKept(content) } }));
  requestPersistence();
}

// ---- what the leader does

function written() {
  mark();
  if (!isUnsaved()) return;
  showStatus("Saving…");
  keepTimer ||= setTimeout(keep, KEPT_AFTER);
  clearTimeout(pauseTimer);
  pauseTimer = setTimeout(keepAndSend, SENT_AFTER);
}

function listen() {
  form.addEventListener("input", ({ target }) => { if (target.type !== "radio") written(); });
  form.addEventListener("change", () => { mark(); keepAndSend(); }); // a score chosen, a field left
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    await keepAndSend();
    if (!page.hasAttribute("data-unsaved") && !isKept(shown)) showStatus("Nothing is written yet");
  });
  addEventListener("online", () => keepAndSend());
  addEventListener("focus", () => keepAndSend());
  document.addEventListener("visibilitychange", () => keepAndSend());
  addEventListener("pagehide", () => keepAndSend());
  channel.addEventListener("message", ({ data }) => {
    if (data.type === "day" && data.local_date === date) tell();
  });

  // A tapped link waits until the words are kept, which takes no time that one would notice.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[href]");
    const plain = link && !link.target && !event.metaKey && !event.ctrlKey && !event.shiftKey;
    if (!plain || event.defaultPrevented || !isUnsaved()) return;
    if (link.getAttribute("href").startsWith("#")) return;
    event.preventDefault();
    await keep();
    location.assign(link.href);
  });
  addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); });
}

// A browser that keeps nothing still has the plain form.
function withoutJournal() {
  showStatus("This browser keeps nothing by itself: press Save before you leave.");
  let submitted = false;
  form.addEventListener("submit", () => { submitted = true; });
  addEventListener("beforeunload", (event) => { if (isUnsaved() && !submitted) event.preventDefault(); });
}

async function start() {
  try {
    ({ journal, outbox } = await openJournal());
  } catch (failure) {
    console.info("Nothing is kept on this device:", failure?.name);
    withoutJournal();
    return;
  }
  if ("shell" in form.dataset) {
    const leader = await journal.getLeader();
    if (!leader) {
      location.replace("/offline");
      return;
    }
    whose = leader.account;
    date = await fillShell(form, journal, leader);
    shown = readContent(form);
    form.hidden = false;
  } else {
    const held = "held" in form.dataset; // the server gave back what it could not take
    try {
      const kept = held ? await journal.getDay(whose, date) : await meet(shown);
      show(kept.content, held ? kept.content : shown);
    } catch (failure) {
      console.info("This day cannot be kept on this device:", failure?.name);
      isFull = true;
    }
  }
  sender = createOutboxSender(journal, outbox, whose, tell);
  listen();
  await keepAndSend();
  await journal.queueUnqueuedDays(whose); // and what other days left here
  await sender.send({ again: true });
  warnWhenQuotaIsLow();
  if (account) prefetchForOffline(journal, account, date);
}

start();
