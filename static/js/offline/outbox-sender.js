// Sends what is unsent until it has arrived: with growing delays, and by the service worker if the
// browser tells it about a connection.
import { channel, leave } from "./device-journal.js";

const FIRST_RETRY = 2000;
const LONGEST_RETRY = 60_000;

// `notify` is called after each attempt; `state` is its result: "sent", "unreached" or "signed-out".
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
