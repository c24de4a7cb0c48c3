// The page of a day: stores and sends what is typed (autosave.js), and loads what does not save words
// when it is first needed. The worker has all of it, so that it can be loaded without a connection too.
import "./autosave.js";
import { account, openJournal } from "./offline/device-journal.js";

const form = document.getElementById("day");
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

// What waits of the log, or was refused, is looked after on today's page, where the leader comes every day.
async function showWaitingEntries() {
  const { journal } = await openJournal();
  const drafts = await journal.listUnsentDrafts(account);
  if (drafts.some(({ once }) => once)) await import("./practice_log/log-forms.js");
}
if (offer && account) showWaitingEntries().catch(() => {});

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
