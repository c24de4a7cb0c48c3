// Subscribes this device to prompts and keeps it so, in the worker and on the pages alike: a
// classic script that hangs what it offers on `self`, like server.js and kept.js, which have to be
// loaded first.
{
  const { call, getSession } = server;

  const asText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes)))
    .replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");

  function isFor(subscription, key) {
    const own = subscription.options?.applicationServerKey;
    return own && asText(own) === key;
  }

  async function serverKey() {
    const answer = await call("GET", "/push/key");
    if (!answer.ok) throw new Error(`The key was not given: ${answer.status}`);
    return (await answer.json()).public_key;
  }

  // A push service takes messages under one server key per subscription: another key needs
  // another subscription.
  async function subscription(registration, key) {
    const { pushManager } = registration;
    const before = await pushManager.getSubscription();
    if (before && isFor(before, key)) return before;
    await before?.unsubscribe();
    return pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
  }

  async function turnOn(registration, { csrf_token: csrf, account_id: account }) {
    const current = await subscription(registration, await serverKey());
    const body = { ...current.toJSON(), user_agent: navigator.userAgent };
    const answer = await call("POST", "/push/subscriptions", { body, csrf });
    if (answer.status === 422) await current.unsubscribe(); // nothing will ever be sent there
    if (!answer.ok) {
      throw Object.assign(new Error("The device was not taken."), { status: answer.status });
    }
    const { id } = await answer.json();
    await kept.setDevice({ account, id, endpoint: current.endpoint });
    return id;
  }

  async function turnOff(registration) {
    const device = await kept.device();
    // Nothing may renew what ends here. The browser's own end works without a connection too; the
    // server then hears of it from the push service.
    await kept.setDevice(null);
    await (await registration.pushManager.getSubscription())?.unsubscribe();
    const who = await getSession().catch(() => null);
    if (device && who?.account_id === device.account) await remove(device.id, who);
  }

  function remove(id, { csrf_token: csrf }) {
    return call("DELETE", `/push/subscriptions/${id}`, { csrf });
  }

  // The leader removed it on another device: unlike one that its push service ended, it stays away.
  async function wasRemoved(id) {
    return (await call("GET", `/push/subscriptions/${id}`)).status === 410;
  }

  // Compares what the browser, this device's note and the server hold, and subscribes anew where
  // they disagree. Only a device on which the leader asked for prompts, for whoever did ask.
  async function keepOn(registration) {
    const device = await kept.device();
    if (!device) return;
    const [key, current, listed] = await Promise.all([
      serverKey(),
      registration.pushManager.getSubscription(),
      call("GET", "/push/subscriptions"),
    ]);
    if (!listed.ok) return;
    const known = (await listed.json()).items.some(({ id }) => id === device.id);
    if (known && current?.endpoint === device.endpoint && isFor(current, key)) return;
    const who = await getSession();
    if (who?.account_id !== device.account) return;
    if (!known && await wasRemoved(device.id)) {
      await kept.setDevice(null);
      await current?.unsubscribe();
      return;
    }
    // A push service that calls a subscription gone may not have told the browser.
    if (!known && current?.endpoint === device.endpoint) await current.unsubscribe();
    const id = await turnOn(registration, who);
    if (known && id !== device.id) await remove(device.id, who);
  }

  // One at a time, over the worker and every open page: each of them asks on its start.
  const alone = (act) => (...asked) => navigator.locks.request("prompts-device", () => act(...asked));

  self.promptsDevice = Object.freeze({
    turnOn: alone(turnOn),
    turnOff: alone(turnOff),
    keepOn: alone(keepOn),
  });
}
