// Signing out sends what is unsent, or says that it cannot be, and leaves nothing on this device.
import { account, channel, journalHere, phone } from "./offline/here.js";
import { forget, takeOff } from "./offline/leaving.js";

const form = document.getElementById("sign-out");
const dialog = document.getElementById("not-sent");
const TAPS_TAKE = 3000; // ms

const counted = (number) => (number === 1 ? "One change is" : `${number} changes are`);

async function unsentTaps() {
  const mine = async () => (await kept.taps()).filter((tap) => tap.account === account).length;
  const until = Date.now() + TAPS_TAKE;
  (await navigator.serviceWorker?.getRegistration())?.active?.postMessage({ type: "replay-taps" });
  while (await mine() && Date.now() < until) await new Promise((resolve) => { setTimeout(resolve, 200); });
  return mine();
}

async function signOut() {
  const { journal, outbox } = await journalHere();
  await journal.queueLeft(account);
  const { left, state } = await outbox.sendAll({ again: true });
  const unsent = left + await unsentTaps();
  const reached = state !== "unreached" && await server.standing().then(() => true, () => false);
  if (unsent || !reached) {
    dialog.querySelector("[data-unsent]").textContent = unsent
      ? `${counted(unsent)} on ${phone} alone. Signing out removes what is not sent, for good.`
      : `The journal cannot be reached. Everything can be removed from ${phone} now; the server hears of it with the next connection.`;
    dialog.showModal();
    return;
  }
  await leave(journal, reached);
}

async function leave(journal, reached) {
  await takeOff(journal, account);
  if (reached) await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  else await journal.signOutWhenReached();
  channel.postMessage({ type: "left" });
  if (reached) await forget(journal, account); // another page may have been at it meanwhile
  location.replace(reached ? "/login" : "/offline");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signOut().catch(() => form.submit()); // a browser that keeps nothing has nothing to leave behind
});
dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "leave") return;
  const { journal } = await journalHere();
  await leave(journal, await server.standing().then(() => true, () => false));
});
