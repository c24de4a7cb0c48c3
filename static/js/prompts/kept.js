// What the journal keeps of prompts on this device, in IndexedDB: what was tapped on a notification
// and has not arrived yet, and for which account the device asked for prompts. Two stores and six
// calls, so a library would be larger than what it saves. No word of a leader is ever kept here.
//
// The worker is a classic script and the pages are modules. Both load this file, so it hangs what
// it offers on `self`.
{
  const DATABASE = "prompts";
  const TAPS = "taps"; // {id, account, action, local_date, key, tag, navigate, tapped_at}
  const DEVICE = "device"; // under HERE: {account, id, endpoint}
  const HERE = "here";

  const opened = () => new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TAPS, { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore(DEVICE);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  async function within(store, mode, ask) {
    const database = await opened();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(store, mode);
        const request = ask(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  self.kept = Object.freeze({
    addTap: (tap) => within(TAPS, "readwrite", (store) => store.add(tap)),
    taps: () => within(TAPS, "readonly", (store) => store.getAll()),
    removeTap: (id) => within(TAPS, "readwrite", (store) => store.delete(id)),
    device: () => within(DEVICE, "readonly", (store) => store.get(HERE)),
    forgetAll: () => Promise.all(
      [TAPS, DEVICE].map((store) => within(store, "readwrite", (found) => found.clear())),
    ),
    setDevice: (device) => within(DEVICE, "readwrite", (store) => (
      device ? store.put(device, HERE) : store.delete(HERE)
    )),
  });
}
