// What a day's page does so that the journal works here without a connection: it keeps the forms of
// today's panel, asks the worker to fetch what may be opened later, and looks after the storage.
const PANEL = "today-panel"; // the id of the panel, and its name among the saved pages
const DAY = /^\/day\/(\d{4}-\d{2}-\d{2})$/;
const LOW = 20 * 1024 * 1024; // bytes

let asked = false; // whether the browser was asked to keep the storage

export async function askForPrefetch(date) {
  const registration = await navigator.serviceWorker?.ready;
  registration?.active.postMessage({ type: "keep-ready", local_date: date });
}

// ---- today's panel: what is followed up, and the forms of what can be logged

export async function savePanel(journal, account) {
  const panel = document.getElementById(PANEL);
  if (!panel) return;
  const copy = panel.cloneNode(true);
  for (const gone of copy.querySelectorAll("[name=csrf_token], .is-settled")) gone.remove();
  for (const open of copy.querySelectorAll("[open]")) open.removeAttribute("open");
  for (const line of copy.querySelectorAll("[role=status]")) line.textContent = "";
  copy.querySelector("#log-refused").hidden = true;
  await journal.savePage(account, PANEL, { body: copy.innerHTML });
}

// The forms belong to today: another day that is opened offline has none.
export async function restorePanel(journal, leader) {
  const panel = document.getElementById(PANEL);
  const page = await journal.getPage(leader.account, PANEL);
  const today = localDay(new Date(), leader);
  if (!page || (DAY.exec(location.pathname)?.[1] ?? today) !== today) return;
  panel.innerHTML = page.body;
  for (const form of panel.querySelectorAll("form[data-save]")) {
    if (form.dataset.day) form.dataset.day = today;
    if (form.elements.settled_on) form.elements.settled_on.value = today;
  }
}

// ---- storage

// Asks the browser once not to remove what is kept here.
export async function requestPersistence() {
  if (asked || !navigator.storage?.persist) return;
  asked = true;
  if (!(await navigator.storage.persisted())) await navigator.storage.persist();
}

export async function warnWhenQuotaIsLow() {
  const { quota, usage } = await navigator.storage?.estimate?.() ?? {};
  const line = document.getElementById("storage-low");
  if (line && quota !== undefined) line.hidden = quota - usage > LOW;
}
