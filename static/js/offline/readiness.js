// What a day's page does so that the journal works here without a connection: it keeps what today's
// panel follows up, asks the worker to fetch what may be opened later, and looks after the storage.
const PANEL = "today-panel"; // the id of the panel, and its name among the saved pages
const QUICK_LOG = "/log/new";
const DAY = /^\/day\/(\d{4}-\d{2}-\d{2})$/;
const LOW = 20 * 1024 * 1024; // bytes

let asked = false; // whether the browser was asked to keep the storage

export async function askForPrefetch(journal, account, date) {
  const registration = await navigator.serviceWorker?.ready;
  const log_is_old = !(await knowsTeam(journal, account));
  registration?.active.postMessage({ type: "keep-ready", local_date: date, log_is_old });
}

// Whether the short forms of the log on this device have the people whom this page knows.
async function knowsTeam(journal, account) {
  const page = await journal.getPage(account, QUICK_LOG);
  if (!page) return false;
  const forms = new DOMParser().parseFromString(page.body, "text/html");
  const list = (elements) => [...elements].map(({ textContent }) => textContent).join("\n");
  const offered = forms.querySelectorAll("#quick-winner option:not([value=''])");
  return list(offered) === list(document.querySelectorAll("#team-names li"));
}

// ---- today's panel: what is followed up

export async function savePanel(journal, account) {
  const panel = document.getElementById(PANEL);
  if (!panel) return;
  const copy = panel.cloneNode(true);
  for (const gone of copy.querySelectorAll("[name=csrf_token], .is-settled")) gone.remove();
  for (const open of copy.querySelectorAll("[open]")) open.removeAttribute("open");
  for (const line of copy.querySelectorAll("[role=status]")) line.textContent = "";
  copy.querySelector("[data-refused]").hidden = true;
  await journal.savePage(account, PANEL, { body: copy.innerHTML });
}

// What is followed up belongs to today: another day that is opened offline has nothing of it.
export async function restorePanel(journal, leader) {
  const panel = document.getElementById(PANEL);
  const page = await journal.getPage(leader.account, PANEL);
  const today = localDay(new Date(), leader);
  if (!page || (DAY.exec(location.pathname)?.[1] ?? today) !== today) return;
  panel.innerHTML = page.body;
  for (const form of panel.querySelectorAll("form[data-save]")) {
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
