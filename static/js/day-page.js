// The page of a day: stores and sends what is typed (autosave.js), and loads what does not save words
// when it is first needed. The worker has all of it, so that it can be loaded without a connection too.
import "./autosave.js";
import { account, openJournal } from "./offline/device-journal.js";

const form = document.getElementById("day");
const hasTeam = document.querySelector("#team-names li") !== null;
const closing = document.getElementById("closing");
const nextStep = document.getElementById("next-step"); // only on today's page

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
const findAsk = () => document.getElementById("ask");

// Where an import fails, as without worker and connection, the next save tries again.
async function offerPrompts() {
  await import("./prompts/offer-prompts.js").then((offer) => offer.offerPrompts()).catch(() => {});
}

// Once in a leader's life: the step that follows the first answer comes into sight, unless they write.
function bringIntoSight(step) {
  if (document.activeElement?.matches("textarea")) return;
  const isCalm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  step?.scrollIntoView({ block: "nearest", behavior: isCalm ? "instant" : "smooth" });
}

form.addEventListener("day-saved", async ({ detail: { kept, sent, content } }) => {
  if (nextStep && kept) clearBadge();
  try {
    if (!sent) {
      await (await import("./close-day.js")).showWithoutConnection(form, content);
      if (isFinishing) finish();
      return;
    }
    const { refreshStatus, showLookBack } = await import("./after-save.js");
    const before = nextStep?.dataset.step;
    await refreshStatus(activeCard);
    if (isFinishing) finish();
    if (kept) showLookBack();
    if (kept && findAsk()) await offerPrompts();
    if (before === "reflection" && nextStep.dataset.step !== before) bringIntoSight(nextStep.lastElementChild);
  } catch { /* the next save tries again */ }
});
if (nextStep && "kept" in nextStep.dataset) clearBadge();
if (findAsk() && ("isStep" in findAsk().dataset || "kept" in nextStep.dataset)) offerPrompts();

// ---- the steps of the first days

document.addEventListener("submit", (event) => {
  const { target: steps, submitter: button } = event;
  if (steps.id !== "step-form" || !button) return;
  event.preventDefault();
  import("./onboarding/send-step.js").then(({ sendStep }) => sendStep(steps, button)).catch(() => {
    steps.action = button.formAction;
    steps.submit();
  });
});

// ---- from key to key

const cards = [...form.querySelectorAll("[data-key]")];
let activeCard = null;
let isFinishing = false; // the leader is done, and the closing moment is on its way

function activate(card) {
  if (activeCard === card) return;
  if (activeCard) activeCard.querySelector("[data-next]").hidden = true;
  activeCard = card;
  card.querySelector("[data-next]").hidden = false;
}

const isAnswered = (card) => card.querySelector(".pane :checked") || card.querySelector("textarea").value.trim();

// A finger needs no ring around the first glass; a keyboard goes on from it.
function goOn(card, byKeyboard) {
  const next = cards[cards.indexOf(card) + 1];
  if (!next) {
    finish();
    return;
  }
  activate(next);
  const scale = next.querySelector(".mirror");
  const glass = scale.querySelector(".pane :checked") ?? scale.querySelector(".pane input");
  (byKeyboard ? glass : scale).focus({ preventScroll: true });
  next.scrollIntoView();
}

// To the moment that closes the day, once it is there; where a key is left open, to what comes after.
function finish() {
  const isWhole = closing.dataset.heading && cards.every(isAnswered);
  isFinishing = Boolean(isWhole && !closing.childElementCount);
  if (isFinishing) return;
  const end = isWhole ? closing : document.getElementById("commitment");
  end.focus({ preventScroll: true });
  end.scrollIntoView({ block: "center" });
}

for (const sign of ["focusin", "change"]) {
  form.addEventListener(sign, ({ target }) => {
    const card = target.closest("[data-key]");
    if (card && target.matches("textarea, .pane input")) activate(card);
  });
}
form.addEventListener("click", (event) => {
  const next = event.target.closest("[data-next]");
  if (next) goOn(next.closest("[data-key]"), event.detail === 0);
});
form.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(); // saves at once
  const card = event.target.closest("[data-key]");
  if (card) goOn(card, true);
});

// What waits of the log, or was refused, is looked after on today's page, where the leader comes every day.
async function showWaitingEntries() {
  const { journal } = await openJournal();
  const drafts = await journal.listUnsentDrafts(account);
  if (drafts.some(({ once }) => once)) await import("./practice_log/log-forms.js");
}
if (nextStep && account) showWaitingEntries().catch(() => {});

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
