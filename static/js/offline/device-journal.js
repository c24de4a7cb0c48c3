// The journal on this device, for pages: opened once per page, with its outbox and a channel on which
// pages and the service worker announce changes.
import "../../vendor/idb/umd.js";
import "./day-content.js";
import "./draft-content.js";
import "./local-day.js";
import "./server.js";
import "./local-journal.js";
import "./outbox.js";

const SIGN_IN = "/login";
const findMeta = (name) => document.querySelector(`meta[name="${name}"]`);

export const deviceName = matchMedia("(pointer: coarse)").matches ? "this phone" : "this computer";
export const account = findMeta("journal-account")?.content ?? null;
export const channel = new BroadcastChannel("journal");

let opening = null;

// Throws if this browser stores nothing.
export function openJournal() {
  opening ??= createJournal();
  return opening;
}

async function createJournal() {
  const journal = await openLocalJournal();
  const tell = (message) => channel.postMessage(message);
  const outbox = createOutbox(journal, { tell });
  if (account && await journal.isSignOutRequested()) await signOut(journal);
  if (account) {
    const { timeZone: time_zone, dayStartsAt: day_starts_at, edition } = findMeta("journal-account").dataset;
    await journal.setLeader({ account, time_zone, day_starts_at, edition });
    outbox.setSession({ account_id: account, csrf_token: findMeta("csrf-token").content });
  }
  return { journal, outbox };
}

// The leader signed out on this device while the server could not be reached.
async function signOut(journal) {
  const body = new URLSearchParams({ csrf_token: findMeta("csrf-token").content });
  await fetch("/logout", { method: "POST", body, redirect: "manual" });
  await journal.clearSignOutRequest();
  leave();
  await new Promise(() => {}); // this page does nothing more
}

// The leader whose journal this page shows has signed out: nothing of it stays on the screen.
export function leave() {
  if (location.pathname === SIGN_IN) return; // somebody may be signing in there
  location.replace(SIGN_IN);
}

channel.addEventListener("message", ({ data }) => { if (data.type === "left") leave(); });

// A page restored from the back-forward cache may belong to a leader who has signed out since.
addEventListener("pageshow", async ({ persisted }) => {
  if (!persisted || !account) return;
  const { journal } = await openJournal();
  if ((await journal.getLeader())?.account !== account) leave();
});
