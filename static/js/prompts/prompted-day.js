// What a prompt and the day's page tell each other: the badge goes once today is kept, a tapped
// prompt leads to its question, and an answer given on a notification shows here.
const form = document.querySelector("form[data-autosave]");
const today = document.getElementById("ask"); // there on today's page alone
const day = form.dataset.autosave.split("/").at(-1);

const clearBadge = () => navigator.clearAppBadge?.().catch(() => {});

function showKey(key) {
  form.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView();
}

if (today) {
  if ("kept" in today.dataset) clearBadge();
  form.addEventListener("day-saved", ({ detail }) => { if (detail.kept) clearBadge(); });
}

const asked = new URLSearchParams(location.search).get("key");
if (asked) showKey(asked);

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.type === "show-key" && data.local_date && data.local_date !== day) {
    location.assign(data.address); // a page left open since yesterday
  } else if (data.type === "show-key" && data.key) {
    showKey(data.key);
  } else if (data.type === "day-changed" && data.local_date === day) {
    // With unsaved words the next save says that the day was changed, and nothing is lost.
    if (document.documentElement.dataset.unsaved === undefined) location.reload();
  }
});
