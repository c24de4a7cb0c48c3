// Sends a monthly review as it is written, and says where its words are. They are on this page alone
// until the server has them, so leaving before that is asked about.
import "../offline/server.js";
import { say } from "../save-said.js";

const form = document.getElementById("review-form");
const SENT_AFTER = 1000; // ms, from the last key
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 60_000;

const { etag } = form.elements;
let saved = content();
let timer = 0;
let delay = 0;
let sending = Promise.resolve();

function content() {
  const { mirror, grew, let_go, lean_on } = Object.fromEntries(new FormData(form));
  return JSON.stringify({ mirror, grew, let_go, lean_on: lean_on || null });
}

const isUnsaved = () => content() !== saved;

async function send() {
  const mine = content();
  if (mine === saved) return;
  say("Saving…");
  const answer = await server.call("PUT", `/reviews/${form.dataset.month}`, {
    body: JSON.parse(mine),
    csrf: form.elements.csrf_token.value,
    headers: etag.value ? { "If-Match": `"${etag.value}"` } : { "If-None-Match": "*" },
  });
  if (answer.ok) {
    etag.value = answer.headers.get("ETag").slice(1, -1);
    saved = mine;
    delay = 0;
    say(isUnsaved() ? "Saving…" : "Saved everywhere");
  } else if (answer.status >= 500 || answer.status === 429) {
    throw new Error(`The review was not taken: ${answer.status}`);
  } else {
    // Signed out, changed elsewhere, or not allowed: the form itself says what, and keeps the words.
    say("Not saved yet: press Save", { problem: true });
  }
}

function sendSoon(after) {
  clearTimeout(timer);
  timer = setTimeout(() => {
    sending = sending.then(send).catch(() => {
      delay = Math.min(delay * 2 || FIRST_RETRY, LONGEST_RETRY);
      say("Not saved yet: the words are on this page");
      sendSoon(delay);
    });
  }, after);
}

form.addEventListener("input", () => {
  if (isUnsaved()) say("Saving…"); // what was said of the words before is true no more
  sendSoon(SENT_AFTER);
});
form.addEventListener("submit", () => { clearTimeout(timer); saved = content(); });
addEventListener("online", () => { if (isUnsaved()) sendSoon(0); });
document.addEventListener("visibilitychange", () => { if (document.hidden && isUnsaved()) sendSoon(0); });
addEventListener("beforeunload", (event) => { if (isUnsaved()) event.preventDefault(); });
