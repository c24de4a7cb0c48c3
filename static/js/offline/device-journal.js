// The journal on this device, for pages: opened once per page, with its outbox, the channel on which
// pages and the service worker announce changes, and the sender that empties the outbox.
import "../../vendor/idb/umd.js";
import "./rules.js";
import "./server.js";
import "./local-journal.js";
import "./outbox.js";

const SIGN_IN = "/login";
const FIRST_RETRY = 2000; // ms
const LONGEST_RETRY = 60_000;
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

// ---- sending

// Sends what is unsent until it has arrived: with growing delays, and by the service worker if the
// browser tells it about a connection. `notify` is called after each attempt; `state` is its result:
// "sent", "unreached" or "signed-out".
export function createOutboxSender(journal, outbox, account, notify) {
  let timer = 0;
  let delay = 0; // before the next attempt; 0 while sending works
  let state = "sent"; // the result of the last attempt
  let sending = false;
  let sendsAgain = false;

  function scheduleRetry(act, atLeast = 0) {
    delay = Math.min(Math.max(delay * 2, FIRST_RETRY), LONGEST_RETRY);
    clearTimeout(timer);
    timer = setTimeout(act, Math.max(delay * (0.75 + Math.random() / 2), atLeast));
  }

  async function send(options) {
    clearTimeout(timer);
    sendsAgain = true; // also what is written while sending
    if (sending) return;
    sending = true;
    let wait;
    do {
      sendsAgain = false;
      ({ state, wait } = await outbox.sendAll(options).catch(handleUnreadable));
    } while (sendsAgain && state === "sent");
    sending = false;
    if (state === "ended") {
      await journal.forgetSynced(account);
      channel.postMessage({ type: "left" });
      leave();
      return;
    }
    if (state === "unreached") {
      scheduleRetry(send, wait);
      const registration = await navigator.serviceWorker?.getRegistration();
      registration?.sync?.register("send-outbox").catch(() => {});
    } else {
      delay = 0;
    }
    await notify();
  }

  // The outbox cannot be read at the moment, as when a browser closes its store.
  function handleUnreadable(failure) {
    console.info("The outbox cannot be sent now:", failure?.name);
    return { state: "unreached", wait: 0 };
  }

  return Object.freeze({ send, later: scheduleRetry, isSending: () => sending, state: () => state });
}
