// Connects the day's page with prompts: once today is completed, the badge is cleared and the card
// offers prompts, and a tapped prompt leads to its question. autosave.js shows answers that were
// given on a notification.
const form = document.querySelector("#day");
const today = document.getElementById("ask"); // only on today's page
const day = form.dataset.day;

const clearBadge = () => navigator.clearAppBadge?.().catch(() => {});

function showKey(key) {
  form.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView();
}

// Without a connection the import fails, and the next save tries again.
function handleCompletedDay() {
  clearBadge();
  import("./offer-prompts.js").then(({ offerPrompts }) => offerPrompts()).catch(() => {});
}

if (today) {
  if ("kept" in today.dataset) handleCompletedDay();
  form.addEventListener("day-saved", ({ detail }) => { if (detail.kept) handleCompletedDay(); });
}

const requestedKey = new URLSearchParams(location.search).get("key");
if (requestedKey) showKey(requestedKey);

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.type === "show-key" && data.local_date && data.local_date !== day) {
    location.assign(data.address); // a page left open since yesterday
  } else if (data.type === "show-key" && data.key) {
    showKey(data.key);
  }
});
