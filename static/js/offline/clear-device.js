// Removes private data from this device.
import "../prompts/prompt-store.js";
import "../prompts/push-device.js";

// Everything of one account. What another account has not sent yet stays, encrypted.
export async function removeAccount(journal, account) {
  await endPrompts();
  await forgetAccount(journal, account);
  await navigator.clearAppBadge?.().catch(() => {});
}

export async function forgetAccount(journal, account) {
  const taps = (await promptStore.listTaps()).filter((tap) => tap.account === account);
  await Promise.all([journal.forgetAccount(account), ...taps.map(({ id }) => promptStore.removeTap(id))]);
  clearStorage();
}

export async function clearDevice(journal) {
  await endPrompts();
  await Promise.all([journal.forgetAll(), promptStore.clear()]);
  clearStorage();
  await navigator.clearAppBadge?.().catch(() => {});
}

async function endPrompts() {
  const registration = await navigator.serviceWorker?.getRegistration();
  if (!registration || !("pushManager" in registration)) return;
  await pushDevice.turnOff(registration).catch(() => {}); // the push service tells the server later
}

function clearStorage() {
  localStorage.clear();
  sessionStorage.clear();
}
