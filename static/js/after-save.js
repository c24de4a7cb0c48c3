// What the page of a day shows anew after a save: how the day stands, the moment that closes it, the
// next step and, once today is completed, the look back, never before. Loaded with the first save.
const PARTS = ["day-status", "closing", "day-footer"];
const status = document.getElementById(PARTS[0]);
const lookBack = document.getElementById("look-back"); // only on today's page
let asked = 0;

const fetchPart = (from) => fetch(from, { redirect: "error", cache: "no-store" }).catch(() => null);

function replacePart(id, fresh) {
  const part = document.getElementById(id);
  const other = fresh.getElementById(id);
  if (!part || !other || part.innerHTML === other.innerHTML) return;
  if (part !== document.activeElement && part.contains(document.activeElement)) return;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  for (const [at, details] of other.querySelectorAll("details").entries()) {
    details.open = open[at] ?? false;
  }
  part.replaceChildren(...other.childNodes);
}

// The first step stays at the top, as done: where it went, all would move up under the finger.
function moveUnder(card, part) {
  const done = part.cloneNode(true);
  done.removeAttribute("id");
  done.querySelector(".step-head span").append(", done ✓");
  for (const named of done.querySelectorAll("[id]")) named.removeAttribute("id");
  done.querySelector(".step-head button").remove(); // Enter in a later step would take it
  part.before(done);
  card.after(part);
}

// A new leader's next step comes under the key that is being answered, so that it is in sight; another
// offer stays where the day ends.
function replaceNextStep(fresh, card) {
  const part = document.getElementById("next-step");
  const other = fresh.getElementById("next-step");
  if (!part || !other || part.dataset.step === other.dataset.step) return;
  if (part.dataset.step === "reflection" && card) moveUnder(card, part);
  for (const plain of other.querySelectorAll("noscript")) plain.remove();
  part.replaceChildren(...other.childNodes);
  part.dataset.step = other.dataset.step;
}

export async function refreshStatus(card = null) {
  if (!status) return; // a page without a connection does not know it
  const number = ++asked;
  const answer = await fetchPart(status.dataset.from);
  if (!answer?.ok) return; // offline: the next save refreshes it
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return; // a later save has started another refresh
  for (const id of PARTS) replacePart(id, fresh);
  replaceNextStep(fresh, card);
}

export async function showLookBack() {
  if (!lookBack || lookBack.children.length) return;
  const answer = await fetchPart(lookBack.dataset.from);
  if (answer?.ok && !lookBack.children.length) lookBack.innerHTML = await answer.text();
}
