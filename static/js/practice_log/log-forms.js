// Saves what is logged (acts, a win, a hand-off, a commitment, a number, the result of a commitment) on
// this device first, and sends it when it can. Without this script the forms are plain ones.
import { account, openJournal, createOutboxSender, deviceName } from "../offline/device-journal.js";
import { savePanel } from "../offline/readiness.js";
import { buildDrafts, isFollowUp } from "./log-drafts.js";

const channel = new BroadcastChannel("journal"); // a channel of its own also hears this page's outbox
const unsent = new Map(); // by path: {form, show}
const saving = new Set(); // forms being saved
let owner = account;
let sending = null; // the journal of this device and the sender, once they are needed

const EMPTY = { acts: "Tick what you did.", numbers: "Write the result or the target." };

const isCommitment = (form) => form.closest(".commitment") !== null;
const isUndoable = (form) => form.closest("[data-undoable]") !== null;
const findStatus = (form) => (form.closest("[data-entry]") ?? form).querySelector("[data-status]");

// ---- what a form says of itself

const TEXTS = {
  saving: "Saving…",
  here: `Saved on ${deviceName}. Sent as soon as it can be.`,
  "signed-out": `Saved on ${deviceName}. Sign in to send it.`,
  logged: "Logged.",
  refused: "",
  failed: "This could not be saved. It needs a connection; what you typed is still here.",
};

export const getText = (form, result) => (result === "empty" ? EMPTY[form.dataset.save] : TEXTS[result]);

function showInForm(form, result) {
  if (result === "logged" && isUndoable(form)) findStatus(form).textContent = "";
  else if (result === "logged" && isFollowUp(form)) removeFollowUp(form);
  else findStatus(form).textContent = getText(form, result);
}

// An answered follow-up goes; a screen reader hears the result from a line that stays.
function removeFollowUp(form) {
  const section = form.closest("[data-entry]");
  const hadFocus = section.contains(document.activeElement);
  section.remove();
  document.getElementById("log-saved").textContent = "Logged.";
  if (hadFocus) document.getElementById("today-panel-heading").focus();
}

// ---- saving and sending

async function saveForm(journal, form, show) {
  const leader = await journal.getLeader();
  const drafts = await buildDrafts(journal, owner, form, localDay(new Date(), leader));
  if (!drafts.length) {
    show(form, "empty");
    return false;
  }
  show(form, "saving");
  for (const draft of drafts) await saveDraft(journal, form, show, draft);
  if (!isFollowUp(form)) form.reset();
  if (isCommitment(form)) await showSettled(journal, form, show, drafts[0]);
  return true;
}

async function saveDraft(journal, form, show, { path, etag = null, was = {}, content, words }) {
  await journal.saveDraft(owner, path, { etag, was, content, words, once: true });
  unsent.set(path, { form, show });
}

// A commitment that was answered can be taken back, with or without a connection.
async function showSettled(journal, form, show, draft) {
  const settled = await import("./settled-commitment.js").catch(() => null);
  settled?.showSettled(form, draft, async (undoing) => {
    show(form, "saving");
    await saveDraft(journal, form, show, undoing);
    await (await prepare()).sender.send();
  });
}

// ---- the result of sending

async function showResults(journal, state) {
  const settled = new Map(); // by form: whether everything in it was accepted
  for (const [path, { form, show }] of [...unsent]) {
    const draft = await journal.getDraft(owner, path);
    if (draft && !draft.refused) {
      show(form, state === "signed-out" ? "signed-out" : "here");
      continue;
    }
    unsent.delete(path);
    settled.set(form, { show, isAccepted: !draft && (settled.get(form)?.isAccepted ?? true) });
  }
  if (settled.size || document.querySelector("[data-refused]")) await showRefused();
  for (const [form, { show, isAccepted }] of settled) {
    if (saving.has(form) || [...unsent.values()].some((each) => each.form === form)) continue; // not everything is settled
    show(form, isAccepted ? "logged" : "refused");
    if (isAccepted && isFollowUp(form)) await savePanel(journal, owner);
  }
}

// Returns what the server refused of the log and this device still has: {path, words, reason}.
async function findRefused(journal) {
  const [row] = (await journal.listUnsentDrafts(owner)).filter(({ once, refused }) => once && refused);
  if (!row) return null;
  return { path: row.path, words: (await journal.decryptDraft(row)).words, reason: row.refused };
}

// Shows why the server refused something saved on this device; the leader may discard it.
export async function showRefused() {
  const { journal } = await prepare();
  const refused = await findRefused(journal);
  for (const notice of document.querySelectorAll("[data-refused]")) {
    notice.hidden = !refused;
    if (!refused) continue;
    notice.querySelector("p").textContent = describeRefused(refused);
    notice.querySelector("button").onclick = async () => {
      await journal.removeDraft(owner, refused.path);
      await showRefused();
    };
  }
}

const describeRefused = ({ words, reason }) => `${words ? `“${words}” was not logged. ` : ""}${reason}`;

// Opens the journal of this device and its sender, once per page.
async function open() {
  const { journal, outbox } = await openJournal();
  owner ??= (await journal.getLeader())?.account; // a page without a connection belongs to nobody
  if (!owner) throw new Error("Nobody is signed in on this device.");
  const update = () => showResults(journal, sender.state());
  const sender = createOutboxSender(journal, outbox, owner, update);
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft") update(); });
  for (const event of ["online", "focus"]) addEventListener(event, () => { if (unsent.size) sender.send(); });
  return { journal, sender };
}

// Returns the journal of this device and what sends it. Throws if nothing can be stored here.
export const prepare = () => (sending ??= open().catch((failure) => { sending = null; throw failure; }));

async function submitForm(form, show) {
  if (saving.has(form)) return; // tapped twice
  saving.add(form);
  try {
    const { journal } = await prepare();
    if (!(await saveForm(journal, form, show))) return;
  } catch (failure) {
    console.info("Nothing is saved on this device:", failure?.name);
    if (form.elements.csrf_token?.value && navigator.onLine) form.submit(); // no room left, or nothing is stored
    else show(form, "failed");
    return;
  } finally {
    saving.delete(form);
  }
  await (await prepare()).sender.send();
}

// Saves the forms of `root`, also those that come into it later. `show` is told what becomes of one:
// "saving", "empty", "here", "signed-out", "logged", "refused" or "failed".
export function watchForms(root, show = showInForm) {
  root.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-save]")) return;
    event.preventDefault();
    submitForm(event.target, show);
  });
}

for (const root of document.querySelectorAll("[data-log-forms]")) watchForms(root);
if (document.querySelector("[data-refused]")) {
  showRefused().catch((failure) => console.info("Nothing is saved on this device:", failure?.name));
}
