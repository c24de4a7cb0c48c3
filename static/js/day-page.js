// The page of a day: stores and sends what is typed (autosave.js), and loads everything else when it is
// first needed. The worker has all of it, so that it can be loaded without a connection too.
import { ready } from "./autosave.js";
import { account, openJournal } from "./offline/device-journal.js";

const form = document.getElementById("day");
const panel = document.getElementById("today-panel");
const hasTeam = document.querySelector("#team-names li") !== null;
const offer = document.getElementById("ask"); // only on today's page

// ---- names of the team, with the first @

let mentions = null;

if (hasTeam) form.addEventListener("input", async ({ target }) => {
  if (!target.matches("textarea") || !(mentions || target.value.includes("@"))) return;
  mentions ??= import("./practice_log/mention-people.js");
  try {
    (await mentions).suggestNames(target);
  } catch {
    mentions = null; // the next key tries again
  }
});

// ---- what a save changes

const clearBadge = () => navigator.clearAppBadge?.().catch(() => {});

// Where an import fails, as without worker and connection, the next save tries again.
function handleCompletedToday() {
  clearBadge();
  import("./prompts/offer-prompts.js").then(({ offerPrompts }) => offerPrompts()).catch(() => {});
}

form.addEventListener("day-saved", ({ detail }) => {
  if (offer && detail.kept) handleCompletedToday();
  import("./after-save.js").then(({ refreshStatus, showLookBack }) => {
    refreshStatus();
    if (detail.kept) showLookBack();
  }).catch(() => {});
});
if (offer && "kept" in offer.dataset) handleCompletedToday();

// ---- what is logged on today's page

const loadLogForms = () => import("./practice_log/log-forms.js");

panel?.addEventListener("submit", async (event) => {
  const { target } = event;
  if (!target.matches("form[data-save]")) return;
  event.preventDefault();
  const logForms = await loadLogForms().catch(() => null);
  if (logForms) await logForms.submitForm(target);
  else target.submit(); // the server saves it without script
});

async function showRefused() {
  const { journal } = await openJournal();
  const owner = account ?? (await journal.getLeader())?.account;
  const drafts = owner ? await journal.listUnsentDrafts(owner) : [];
  if (drafts.some(({ once, refused }) => once && refused)) (await loadLogForms()).showRefusedBefore();
}

if (panel) ready.then(showRefused).catch((failure) => console.info("Nothing is saved on this device:", failure?.name));

// ---- a tapped notification leads to its question

function showKey(key) {
  form.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView();
}

const requestedKey = new URLSearchParams(location.search).get("key");
if (requestedKey) showKey(requestedKey);

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.type === "show-key" && data.local_date && data.local_date !== form.dataset.day) {
    location.assign(data.address); // a page left open since yesterday
  } else if (data.type === "show-key" && data.key) {
    showKey(data.key);
  }
});
