// What a prompt and the day's page tell each other: once today is kept the badge goes and the card
// asks whether prompts may come, and a tapped prompt leads to its question. An answer given on a
// notification shows by itself: see autosave.js.
const form = document.querySelector("#day");
const today = document.getElementById("ask"); // there on today's page alone
const day = form.dataset.day;

const clearBadge = () => navigator.clearAppBadge?.().catch(() => {});

function showKey(key) {
  form.querySelector(`[data-key="${CSS.escape(key)}"]`)?.scrollIntoView();
}

// Only once the day is kept is there something to ask. Without a connection the next save does it.
function whenKept() {
  clearBadge();
  import("./ask-for-prompts.js").then(({ ask }) => ask()).catch(() => {});
}

if (today) {
  if ("kept" in today.dataset) whenKept();
  form.addEventListener("day-saved", ({ detail }) => { if (detail.kept) whenKept(); });
}

const asked = new URLSearchParams(location.search).get("key");
if (asked) showKey(asked);

navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  if (data.type === "show-key" && data.local_date && data.local_date !== day) {
    location.assign(data.address); // a page left open since yesterday
  } else if (data.type === "show-key" && data.key) {
    showKey(data.key);
  }
});
