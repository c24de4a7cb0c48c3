// The short forms of the log as a sheet on every page. They come from the page /log/new: at once from
// the copy on this device, if there is one, and fresh from the server, for this time or the next.
import { createSheet } from "../sheet.js";
import { getText, prepare, showRefused, watchForms } from "./log-forms.js";
import { account } from "../offline/device-journal.js";

const PAGE = "/log/new"; // its address, and its name among the saved pages
const PATIENCE = 15_000; // ms
const TOAST_STAYS = 8000; // ms

let sheet = null;
let forms = null; // the element of the page that the sheet shows
let toastTimer = 0;

// ---- where the forms come from

const parseForms = (html) => new DOMParser().parseFromString(html, "text/html").getElementById("quick-log");

async function openDeviceJournal() {
  try {
    const { journal } = await prepare();
    return { journal, owner: account ?? (await journal.getLeader()).account };
  } catch {
    return { journal: null, owner: null }; // this browser stores nothing
  }
}

async function readCopy({ journal, owner }) {
  const page = journal && await journal.getPage(owner, PAGE);
  return page ? parseForms(page.body) : null;
}

// The page of another account, or one to sign in on, has no forms for this leader.
async function fetchForms({ journal, owner }) {
  const answer = await fetch(PAGE, { headers: { Accept: "text/html" }, signal: AbortSignal.timeout(PATIENCE) });
  const html = answer.ok ? await answer.text() : "";
  const isOwn = html.includes(`<meta name="journal-account" content="${owner ?? account}"`);
  const found = isOwn ? parseForms(html) : null;
  if (found && journal) await journal.savePage(owner, PAGE, { body: html, headers: [["Content-Type", "text/html"]] });
  return found;
}

// ---- the sheet

const isInUse = () => forms.querySelector("details[open]") !== null;

function prepareForms(found) {
  const token = document.querySelector("meta[name=csrf-token]")?.content ?? "";
  for (const field of found.querySelectorAll("[name=csrf_token]")) field.value = token;
  return document.adoptNode(found);
}

function show(found) {
  prepareForms(found);
  if (forms) forms.replaceWith(found);
  forms = found;
}

// Fresh forms take the place of the copy; while one is being filled in, only the people and numbers to
// choose from do.
function refresh(found) {
  if (!isInUse()) {
    show(found);
    showRefused();
    return;
  }
  for (const select of found.querySelectorAll("select")) {
    const shown = document.getElementById(select.id);
    const { value } = shown ?? {};
    if (!shown || ![...select.options].some((option) => option.value === value)) continue;
    shown.replaceChildren(...select.options);
    shown.value = value;
  }
}

function createLogSheet() {
  sheet = createSheet("Log something", forms);
  watchForms(sheet, showResult);
  sheet.addEventListener("toggle", focusField, true); // it does not bubble
}

// A chosen form is one to write in.
function focusField({ target, newState }) {
  if (newState === "open") target.querySelector("select, textarea, input:not([type=hidden])")?.focus();
  else if (sheet.open && !isInUse()) target.querySelector("summary").focus();
}

// ---- what becomes of what is logged

function showResult(form, result) {
  const isStored = ["here", "signed-out", "logged"].includes(result);
  form.querySelector("[data-status]").textContent = isStored ? "" : getText(form, result);
  if (!isStored && result !== "refused") return;
  if (sheet.open && form.closest("details").open) {
    form.closest("details").open = false;
    sheet.close();
  }
  if (result === "refused") showToast("What you logged was not taken. Open + to see why.");
  else showToast(getText(form, result), result === "logged" ? chooseWay(form) : []);
  if (result === "logged" && form.dataset.save === "numbers") update();
}

const chooseWay = (form) => (form.dataset.save === "acts" ? ["See your people", "/people"] : ["See the log", "/log"]);

// A line above the bar says it, and goes by itself.
function showToast(text, [name, address] = []) {
  const toast = document.getElementById("toast");
  const link = name && Object.assign(document.createElement("a"), { href: address, textContent: name });
  toast.replaceChildren(text, ...(link ? [" ", link] : []));
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => {
    if (!toast.matches(":hover, :focus-within")) toast.replaceChildren();
  }, TOAST_STAYS);
}

function createToast() {
  const toast = Object.assign(document.createElement("p"), { id: "toast", className: "toast" });
  toast.setAttribute("role", "status"); // it hears only what comes once it is there
  document.body.append(toast);
}

// ---- opening

async function update() {
  const found = await fetchForms(await openDeviceJournal());
  if (found) refresh(found);
}

// Opens the sheet. Throws if neither the device nor the server has the forms.
export async function openLogSheet() {
  if (!sheet) {
    const device = await openDeviceJournal();
    const copy = await readCopy(device).catch(() => null);
    const found = copy ?? await fetchForms(device);
    if (!found) throw new Error("There are no forms to show.");
    show(found);
    createLogSheet();
    createToast();
    sheet.showModal();
    if (copy) update().catch(() => {});
  } else if (!sheet.open) {
    sheet.showModal();
    update().catch(() => {});
  }
  showRefused().catch(() => {});
}
