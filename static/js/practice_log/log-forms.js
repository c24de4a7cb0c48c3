// Saves what is logged on today's page (acts, a win, a hand-off, the result of a commitment) on this
// device first, and sends it when it can. Without this script the forms are plain ones.
import { ready } from "../autosave.js";
import { account, openJournal, createOutboxSender, deviceName } from "../offline/device-journal.js";
import { savePanel } from "../offline/readiness.js";

const panel = document.getElementById("today-panel");
const channel = new BroadcastChannel("journal"); // a channel of its own also hears this page's outbox
const unsent = new Map(); // form by path
const saving = new Set(); // forms being saved
let owner = account;
let sending = null; // the journal of this device and the sender, once they are needed

const isFollowUp = (form) => "stored" in form.dataset;
const isCommitment = (form) => form.closest(".commitment") !== null;
const findStatus = (form) => (form.closest("[data-entry]") ?? form).querySelector("[data-status]");
const showStatus = (form, text) => { findStatus(form).textContent = text; };

// ---- saving a form

// The result of a commitment or the celebration of a win, merged into the stored entry.
function buildFollowUpDraft(form, fields) {
  const { save, etag, stored } = form.dataset;
  const was = JSON.parse(stored);
  const given = Object.keys(was).filter((name) => fields.has(name));
  const content = { ...was, ...Object.fromEntries(given.map((name) => [name, fields.get(name)])) };
  const words = [was.text, fields.get("reason"), fields.get("celebrated_how")].filter(Boolean).join(" · ");
  return { path: save, etag, was, content, words };
}

function buildActDrafts(form, fields) {
  const { selectedOptions: [person] } = form.elements.person_id;
  return fields.getAll("acts").map((act) => {
    const name = form.querySelector(`[name=acts][value="${act}"]`).parentElement.textContent.trim();
    const path = `/people/${person.value}/acts/${form.dataset.day}/${act}`;
    return { path, content: {}, words: `${name}: ${person.textContent.trim()}` };
  });
}

// The form as calls of the API, each with an id of its own, so that sending twice creates nothing twice.
function buildDrafts(form) {
  const { save, day } = form.dataset;
  const fields = new FormData(form);
  if (isFollowUp(form)) return [buildFollowUpDraft(form, fields)];
  if (save === "acts") return buildActDrafts(form, fields);
  const content = { text: fields.get("text"), local_date: day, person_id: fields.get("person_id") || null };
  if (fields.has("celebrated_how")) content.celebrated_how = fields.get("celebrated_how");
  const words = [content.text, content.celebrated_how].filter(Boolean).join(" · ");
  return [{ path: `/${save}/${crypto.randomUUID()}`, content, words }];
}

async function saveForm(journal, form) {
  const drafts = buildDrafts(form);
  if (!drafts.length) {
    showStatus(form, "Tick what you did.");
    return false;
  }
  showStatus(form, "Saving…");
  for (const draft of drafts) await saveDraft(journal, form, draft);
  if (!isFollowUp(form)) form.reset();
  if (isCommitment(form)) await showSettled(journal, form, drafts[0]);
  return true;
}

async function saveDraft(journal, form, { path, etag = null, was = {}, content, words }) {
  await journal.saveDraft(owner, path, { etag, was, content, words, once: true });
  unsent.set(path, form);
}

// A commitment that was answered can be taken back, with or without a connection.
async function showSettled(journal, form, draft) {
  const settled = await import("./settled-commitment.js").catch(() => null);
  settled?.showSettled(form, draft, async (undoing) => {
    showStatus(form, "Saving…");
    await saveDraft(journal, form, undoing);
    await (await prepare()).sender.send();
  });
}

// ---- the result of sending

async function showResults(journal, state) {
  const settled = new Map(); // by form: whether everything in it was accepted
  for (const [path, form] of [...unsent]) {
    const draft = await journal.getDraft(owner, path);
    if (draft && !draft.refused) {
      showStatus(form, state === "signed-out" ? `Saved on ${deviceName}. Sign in to send it.` : `Saved on ${deviceName}. Sent as soon as it can be.`);
      continue;
    }
    unsent.delete(path);
    settled.set(form, !draft && (settled.get(form) ?? true));
  }
  if (settled.size) await showRefused(journal);
  for (const [form, isAccepted] of settled) {
    if (saving.has(form) || [...unsent.values()].includes(form)) continue; // not everything is settled
    if (isAccepted && form.closest("[data-undoable]")) {
      showStatus(form, "");
      await savePanel(journal, owner);
    } else if (isAccepted && isFollowUp(form)) await removeFollowUp(journal, form);
    else showStatus(form, isAccepted ? "Noted." : "");
  }
}

// An answered follow-up goes; a screen reader hears the result from a line that stays.
async function removeFollowUp(journal, form) {
  const section = form.closest("[data-entry]");
  const hadFocus = section.contains(document.activeElement);
  section.remove();
  document.getElementById("log-saved").textContent = "Noted.";
  if (hadFocus) document.getElementById("quick-log-heading").focus();
  await savePanel(journal, owner);
}

// Shows why the server refused something saved on this device; the leader may discard it.
async function showRefused(journal) {
  const notice = document.getElementById("log-refused");
  if (!notice) return; // an older day without a connection has no forms
  const [row] = (await journal.listUnsentDrafts(owner)).filter(({ once, refused }) => once && refused);
  notice.hidden = !row;
  if (!row) return;
  const { words } = await journal.decryptDraft(row);
  notice.querySelector("p").textContent = `${words ? `“${words}” was not taken. ` : ""}${row.refused}`;
  notice.querySelector("button").onclick = async () => {
    await journal.removeDraft(owner, row.path);
    await showRefused(journal);
  };
}

// Opens the journal of this device and its sender, once per page.
async function open() {
  const { journal, outbox } = await openJournal();
  owner ??= (await journal.getLeader())?.account; // a page without a connection belongs to nobody
  const update = () => showResults(journal, sender.state());
  const sender = createOutboxSender(journal, outbox, owner, update);
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft") update(); });
  for (const event of ["online", "focus"]) addEventListener(event, () => { if (unsent.size) sender.send(); });
  return { journal, sender };
}

const prepare = () => (sending ??= open());

async function submitForm(form) {
  if (saving.has(form)) return; // tapped twice
  saving.add(form);
  try {
    const { journal } = await prepare();
    if (!(await saveForm(journal, form))) return;
  } catch {
    form.submit(); // this device has no room left, or stores nothing
    return;
  } finally {
    saving.delete(form);
  }
  await (await prepare()).sender.send();
}

// On the panel, as its forms may come from this device (see offline/day-shell.js).
panel.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-save]")) return;
  event.preventDefault();
  submitForm(event.target);
});

ready.then(prepare).then(({ journal }) => showRefused(journal))
  .catch((failure) => console.info("Nothing is saved on this device:", failure?.name));
