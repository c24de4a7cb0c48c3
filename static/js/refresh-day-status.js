// Refreshes the status of the day (the row of days, when it was last saved) after a save.
import { showLocalTimes } from "./local-time.js";

const form = document.getElementById("day");
const PARTS = ["day-status", "day-footer"];
const from = document.getElementById(PARTS[0])?.dataset.from;
let asked = 0;

function replacePart(id, fresh) {
  const part = document.getElementById(id);
  const other = fresh.getElementById(id);
  if (!part || !other || part.contains(document.activeElement)) return;
  const open = [...part.querySelectorAll("details")].map((details) => details.open);
  for (const [at, details] of other.querySelectorAll("details").entries()) {
    details.open = open[at] ?? false;
  }
  showLocalTimes(other);
  part.replaceWith(other);
}

async function refresh() {
  const number = ++asked;
  const answer = await fetch(from, { redirect: "error", cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return; // offline: the next save refreshes it
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return; // a later save has started another refresh
  for (const id of PARTS) replacePart(id, fresh);
}

if (from) form.addEventListener("day-saved", refresh);
