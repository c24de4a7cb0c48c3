// Stores prompts' data on this device, in IndexedDB: taps on notifications that have not reached the
// server yet, and the account for which the device gets prompts. Two stores and six functions, so a
// library would be larger than what it saves. It never contains what a leader wrote.
//
// The worker is a classic script and the pages are modules. Both load this file, so it puts its
// functions on `self`.
{
  const DATABASE = "prompts";
  const TAPS = "taps"; // {id, account, action, local_date, key, tag, navigate, tapped_at}
  const DEVICE = "device"; // {account, id, endpoint}
  const DEVICE_KEY = "here";

  const openDatabase = () => new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(TAPS, { keyPath: "id", autoIncrement: true });
      request.result.createObjectStore(DEVICE);
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

  async function runTransaction(store, mode, act) {
    const database = await openDatabase();
    try {
      return await new Promise((resolve, reject) => {
        const transaction = database.transaction(store, mode);
        const request = act(transaction.objectStore(store));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = () => reject(transaction.error);
      });
    } finally {
      database.close();
    }
  }

  self.promptStore = Object.freeze({
    addTap: (tap) => runTransaction(TAPS, "readwrite", (store) => store.add(tap)),
    listTaps: () => runTransaction(TAPS, "readonly", (store) => store.getAll()),
    removeTap: (id) => runTransaction(TAPS, "readwrite", (store) => store.delete(id)),
    getDevice: () => runTransaction(DEVICE, "readonly", (store) => store.get(DEVICE_KEY)),
    clear: () => Promise.all(
      [TAPS, DEVICE].map((store) => runTransaction(store, "readwrite", (stored) => stored.clear())),
    ),
    setDevice: (device) => runTransaction(DEVICE, "readwrite", (store) => (
      device ? store.put(device, DEVICE_KEY) : store.delete(DEVICE_KEY)
    )),
  });
}
