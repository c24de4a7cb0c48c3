// Saves what is logged on today's page (acts, a win, a hand-off, the result of a commitment) on this
// device first, and sends it when it can. Without this script the forms are plain ones. Offline, the
// page shows the forms as this device last saved them.
import { account, openJournal, deviceName } from "../offline/device-journal.js";
import { createOutboxSender } from "../offline/outbox-sender.js";

const PANEL = "today-panel"; // the id of the panel, and its name among the saved pages
const panel = document.getElementById(PANEL);
const channel = new BroadcastChannel("journal"); // a channel of its own also hears this page's outbox
const unsent = new Map(); // form by path
const saving = new Set(); // forms being saved
let owner = account;

const listForms = () => [...panel.querySelectorAll("form[data-save]")];
const isFollowUp = (form) => "stored" in form.dataset;
const findStatus = (form) => (form.closest("[data-entry]") ?? form).querySelector("[data-status]");
const showStatus = (form, text) => { findStatus(form).textContent = text; };

// ---- the page without a connection

const DAY = /^\/day\/(\d{4}-\d{2}-\d{2})$/;

async function saveForms(journal) {
  const copy = panel.cloneNode(true);
  for (const field of copy.querySelectorAll("[name=csrf_token]")) field.remove();
  for (const open of copy.querySelectorAll("[open]")) open.removeAttribute("open");
  for (const line of copy.querySelectorAll("[role=status]")) line.textContent = "";
  copy.querySelector("#log-refused").hidden = true;
  await journal.savePage(owner, PANEL, { body: copy.innerHTML });
}

// The forms belong to today: another day that is opened offline has none.
async function restoreForms(journal) {
  const leader = await journal.getLeader();
  owner = leader?.account;
  const page = owner && await journal.getPage(owner, PANEL);
  const today = owner && localDay(new Date(), leader);
  if (!page || (DAY.exec(location.pathname)?.[1] ?? today) !== today) return;
  panel.innerHTML = page.body;
  for (const form of listForms()) {
    if (form.dataset.day) form.dataset.day = today;
    if (form.elements.settled_on) form.elements.settled_on.value = today;
  }
}

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
  for (const { path, etag = null, was = {}, content, words } of drafts) {
    await journal.saveDraft(owner, path, { etag, was, content, words, once: true });
    unsent.set(path, form);
  }
  if (!isFollowUp(form)) form.reset();
  return true;
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
    if (isAccepted && isFollowUp(form)) await removeFollowUp(journal, form);
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
  await saveForms(journal);
}

// Shows why the server refused something saved on this device; the leader may discard it.
async function showRefused(journal) {
  const notice = document.getElementById("log-refused");
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

async function start() {
  const { journal, outbox } = await openJournal();
  if ("shell" in panel.dataset) await restoreForms(journal);
  else await saveForms(journal);
  if (!listForms().length) return;
  await showRefused(journal);
  const update = () => showResults(journal, sender.state());
  const sender = createOutboxSender(journal, outbox, owner, update);
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft") update(); });
  for (const event of ["online", "focus"]) addEventListener(event, () => { if (unsent.size) sender.send(); });
  for (const form of listForms()) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (saving.has(form)) return; // tapped twice
      saving.add(form);
      try {
        if (!(await saveForm(journal, form))) return;
      } catch {
        form.submit(); // this device has no room left
        return;
      } finally {
        saving.delete(form);
      }
      await sender.send();
    });
  }
}

if (panel) start().catch((failure) => console.info("Nothing is saved on this device:", failure?.name));
