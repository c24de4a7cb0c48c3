// The worker's part in sending what was written: when the connection comes back, where the browser
// tells (Background Sync), and whenever the worker wakes.
{
  const SEND = "send-outbox";
  let outbox = null;

  async function send() {
    const journal = await openJournal();
    outbox ??= createOutbox(journal, { tell: (message) => journalChannel.postMessage(message) });
    const leader = await journal.getLeader();
    if (!leader) return "sent";
    await journal.queueUnqueuedDays(leader.account);
    const { state } = await outbox.sendAll();
    if (state === "ended") {
      await journal.forgetSynced(leader.account);
      journalChannel.postMessage({ type: "left" });
    }
    return state;
  }

  send().catch(() => {});

  self.addEventListener("sync", (event) => {
    if (event.tag !== SEND) return;
    // A promise that fails asks the browser for another try.
    event.waitUntil(send().then((state) => {
      if (state === "unreached") throw new Error("The server cannot be reached yet.");
    }));
  });
}
