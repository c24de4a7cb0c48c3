// Subscribes this device to prompts and renews the subscription, in the worker and on the pages. It
// is a classic script that puts its functions on `self`, like server.js and prompt-store.js, which
// have to be loaded first.
{
  const { call, getSession } = server;

  const encodeBase64url = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  function hasKey(subscription, key) {
    const own = subscription.options?.applicationServerKey;
    return own && encodeBase64url(own) === key;
  }

  async function fetchServerKey() {
    const answer = await call("GET", "/push/key");
    if (!answer.ok) throw new Error(`The key was not given: ${answer.status}`);
    return (await answer.json()).public_key;
  }

  // A push service accepts messages of one server key per subscription: another key needs another
  // subscription.
  async function ensureSubscription(registration, key) {
    const { pushManager } = registration;
    const current = await pushManager.getSubscription();
    if (current && hasKey(current, key)) return current;
    await current?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  async function turnOn(registration, { csrf_token: csrf, account_id: account }) {
    const current = await ensureSubscription(registration, await fetchServerKey());
    const body = { ...current.toJSON(), user_agent: navigator.userAgent };
    const answer = await call("POST", "/push/subscriptions", { body, csrf });
    if (answer.status === 422) await current.unsubscribe(); // the server never sends there
    if (!answer.ok) {
      throw Object.assign(new Error("The device was not taken."), { status: answer.status });
    }
    const { id } = await answer.json();
    await promptStore.setDevice({ account, id, endpoint: current.endpoint });
    return id;
  }

  async function turnOff(registration) {
    const device = await promptStore.getDevice();
    // First of all nothing may renew it any more. The browser can unsubscribe without a connection;
    // the server then learns of it from the push service.
    await promptStore.setDevice(null);
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    const signedIn = await getSession().catch(() => null);
    if (device && signedIn?.account_id === device.account) await removeDevice(device.id, signedIn);
  }

  function removeDevice(id, { csrf_token: csrf }) {
    return call("DELETE", `/push/subscriptions/${id}`, { csrf });
  }

  // The leader removed this device on another one: it does not subscribe again, unlike a device whose
  // subscription its push service ended.
  async function wasRemoved(id) {
    return (await call("GET", `/push/subscriptions/${id}`)).status === 410;
  }

  // Compares the browser's subscription, the stored device and the server's devices, and subscribes
  // again where they differ. Only where the leader has turned prompts on, and only for them.
  async function renew(registration) {
    const device = await promptStore.getDevice();
    if (!device) return;
    const [key, current, listed] = await Promise.all([
      fetchServerKey(),
      registration.pushManager.getSubscription(),
      call("GET", "/push/subscriptions"),
    ]);
    if (!listed.ok) return;
    const known = (await listed.json()).items.some(({ id }) => id === device.id);
    if (known && current?.endpoint === device.endpoint && hasKey(current, key)) return;
    const signedIn = await getSession();
    if (signedIn?.account_id !== device.account) return;
    if (!known && await wasRemoved(device.id)) {
      await promptStore.setDevice(null);
      await current?.unsubscribe();
      return;
    }
    // A push service may call a subscription gone without telling the browser.
    if (!known && current?.endpoint === device.endpoint) await current.unsubscribe();
    const id = await turnOn(registration, signedIn);
    if (known && id !== device.id) await removeDevice(device.id, signedIn);
  }

  // One at a time across the worker and all open pages, as each of them renews when it starts.
  const runExclusively = (act) => (...values) => (
    navigator.locks.request("prompts-device", () => act(...values))
  );

  self.pushDevice = Object.freeze({
    turnOn: runExclusively(turnOn),
    turnOff: runExclusively(turnOff),
    renew: runExclusively(renew),
  });
}
