// Storage on this device: asks the browser once to keep it, and warns when it runs low.
const LOW = 20 * 1024 * 1024; // bytes

let asked = false;

export async function requestPersistence() {
  if (asked || !navigator.storage?.persist) return;
  asked = true;
  if (!(await navigator.storage.persisted())) await navigator.storage.persist();
}

export async function warnWhenQuotaIsLow() {
  const { quota, usage } = await navigator.storage?.estimate?.() ?? {};
  const line = document.getElementById("storage-low");
  if (line && quota !== undefined) line.hidden = quota - usage > LOW;
}
