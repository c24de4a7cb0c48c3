// Brings what the page says of the day (the row of days, when it was last saved) anew after a save.
import { showLocalTimes } from "./local-time.js";

const form = document.getElementById("day");
const PARTS = ["day-status", "day-footer"];
const from = document.getElementById(PARTS[0])?.dataset.from;
let asked = 0;

function replace(id, fresh) {
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

async function renew() {
  const number = ++asked;
  const answer = await fetch(from, { redirect: "error", cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return; // without a connection the next save does it
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return; // a later save has asked anew
  for (const id of PARTS) replace(id, fresh);
}

if (from) form.addEventListener("day-saved", renew);
