// What the page of a day shows anew after a save: how the day stands and, once today is completed, the
// look back, never before. Loaded with the first save.
const PARTS = ["day-status", "day-footer"];
const status = document.getElementById(PARTS[0]);
const lookBack = document.getElementById("look-back"); // only on today's page
let asked = 0;

const fetchPart = (from) => fetch(from, { redirect: "error", cache: "no-store" }).catch(() => null);

function replacePart(id, fresh) {
  const part = document.getElementById(id);
  const other = fresh.getElementById(id);
  if (!part || !other || part.contains(document.activeElement)) return;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  for (const [at, details] of other.querySelectorAll("details").entries()) {
    details.open = open[at] ?? false;
  }
  part.replaceWith(other);
}

export async function refreshStatus() {
  if (!status) return; // a page without a connection does not know it
  const number = ++asked;
  const answer = await fetchPart(status.dataset.from);
  if (!answer?.ok) return; // offline: the next save refreshes it
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return; // a later save has started another refresh
  for (const id of PARTS) replacePart(id, fresh);
}

export async function showLookBack() {
  if (!lookBack || lookBack.children.length) return;
  const answer = await fetchPart(lookBack.dataset.from);
  if (answer?.ok && !lookBack.children.length) lookBack.innerHTML = await answer.text();
}
