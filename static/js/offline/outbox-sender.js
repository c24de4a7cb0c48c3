// Has what is kept here sent until it has arrived: with growing delays, and by the worker where the
// browser tells it of a connection.
import { channel, leave } from "./device-journal.js";

const FIRST_RETRY = 2000;
const LONGEST_RETRY = 60_000;

// `told` is called after each try; `state` then says what became of it: "sent", "unreached" or
// "signed-out".
export function createOutboxSender(journal, outbox, whose, told) {
  let timer = 0;
  let delay = 0; // before the next try; 0 while what is sent arrives
  let state = "sent"; // what became of the last try
  let sending = false;
  let sendsAgain = false;

  function later(act, atLeast = 0) {
    delay = Math.min(Math.max(delay * 2, FIRST_RETRY), LONGEST_RETRY);
    clearTimeout(timer);
    timer = setTimeout(act, Math.max(delay * (0.75 + Math.random() / 2), atLeast));
  }

  async function send(options) {
    clearTimeout(timer);
    sendsAgain = true; // also what comes while the last one is on its way
    if (sending) return;
    sending = true;
    let wait;
    do {
      sendsAgain = false;
      ({ state, wait } = await outbox.sendAll(options).catch(unread));
    } while (sendsAgain && state === "sent");
    sending = false;
    if (state === "ended") {
      await journal.forgetSynced(whose);
      channel.postMessage({ type: "left" });
      leave();
      return;
    }
    if (state === "unreached") {
      later(send, wait);
      const registration = await navigator.serviceWorker?.getRegistration();
      registration?.sync?.register("send-outbox").catch(() => {});
    } else {
      delay = 0;
    }
    await told();
  }

  // What is kept here cannot be read just now, as when a browser closes its store.
  function unread(failure) {
    console.info("What is kept here cannot be sent now:", failure?.name);
    return { state: "unreached", wait: 0 };
  }

  return Object.freeze({ send, later, isSending: () => sending, state: () => state });
}
