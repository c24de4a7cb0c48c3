// The journal on this device as pages use it: opened once a page, with the outbox beside it and a
// channel on which pages and the worker tell each other what changed.
import "../../vendor/idb/umd.js";
import "./day-content.js";
import "./draft-content.js";
import "./local-day.js";
import "./server.js";
import "./local-journal.js";
import "./outbox.js";

const DOOR = "/login";
const meta = (name) => document.querySelector(`meta[name="${name}"]`);

export const deviceName = matchMedia("(pointer: coarse)").matches ? "this phone" : "this computer";
export const account = meta("journal-account")?.content ?? null;
export const channel = new BroadcastChannel("journal");

let opening = null;

// Throws where this browser keeps nothing.
export function openJournal() {
  opening ??= open();
  return opening;
}

async function open() {
  const journal = await openLocalJournal();
  const tell = (message) => channel.postMessage(message);
  const outbox = createOutbox(journal, { tell });
  if (account && await journal.isSignOutRequested()) await signOut(journal);
  if (account) {
    const { timeZone: time_zone, dayStartsAt: day_starts_at, edition } = meta("journal-account").dataset;
    await journal.setLeader({ account, time_zone, day_starts_at, edition });
    outbox.knows({ account_id: account, csrf_token: meta("csrf-token").content });
  }
  return { journal, outbox };
}

// The leader left this device while the server could not be told.
async function signOut(journal) {
  const body = new URLSearchParams({ csrf_token: meta("csrf-token").content });
  await fetch("/logout", { method: "POST", body, redirect: "manual" });
  await journal.clearSignOutRequest();
  leave();
  await new Promise(() => {}); // nothing of this page goes on
}

// Whoever's journal this page shows has left the device: nothing of it stays on the screen.
export function leave() {
  if (location.pathname === DOOR) return; // somebody may be signing in there
  location.replace(DOOR);
}

channel.addEventListener("message", ({ data }) => { if (data.type === "left") leave(); });

// A page that comes back from the browser's memory may be of a leader who has left since.
addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted || !account) return;
  const { journal } = await openJournal();
  if ((await journal.getLeader())?.account !== account) leave();
});
