// Signing out sends unsent changes, or says that it cannot, and removes everything from this device.
import { account, channel, openJournal, deviceName } from "./offline/device-journal.js";
import { forgetAccount, removeAccount } from "./offline/clear-device.js";

const form = document.getElementById("sign-out");
const dialog = document.getElementById("not-sent");
const LONGEST_WAIT_FOR_TAPS = 3000; // ms

const formatCount = (number) => (number === 1 ? "One change is" : `${number} changes are`);

async function sendTaps() {
  const countOwn = async () => (await promptStore.listTaps()).filter((tap) => tap.account === account).length;
  const until = Date.now() + LONGEST_WAIT_FOR_TAPS;
  (await navigator.serviceWorker?.getRegistration())?.active?.postMessage({ type: "replay-taps" });
  while (await countOwn() && Date.now() < until) await new Promise((resolve) => { setTimeout(resolve, 200); });
  return countOwn();
}

async function signOut() {
  const { journal, outbox } = await openJournal();
  await journal.queueUnqueuedDays(account);
  const { left, state } = await outbox.sendAll({ again: true });
  const unsent = left + await sendTaps();
  const reached = state !== "unreached" && await server.getSessionStatus().then(() => true, () => false);
  if (unsent || !reached) {
    dialog.querySelector("[data-unsent]").textContent = unsent
      ? `${formatCount(unsent)} on ${deviceName} alone. Signing out deletes what is not sent.`
      : `You’re offline. We can clear ${deviceName} now, and sign you out on the server once you’re back online.`;
    dialog.showModal();
    return;
  }
  await leave(journal, reached);
}

async function leave(journal, reached) {
  await removeAccount(journal, account);
  if (reached) await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
  else await journal.requestSignOut();
  channel.postMessage({ type: "left" });
  if (reached) await forgetAccount(journal, account); // another page may have stored something meanwhile
  location.replace(reached ? "/login" : "/offline");
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  signOut().catch(() => form.submit()); // a browser without storage has nothing to remove
});
dialog.addEventListener("close", async () => {
  if (dialog.returnValue !== "leave") return;
  const { journal } = await openJournal();
  await leave(journal, await server.getSessionStatus().then(() => true, () => false));
});
