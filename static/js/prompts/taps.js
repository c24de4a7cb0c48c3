// Sends taps on notifications to the server. A tap is stored before it is sent and removed when the
// server has answered, so neither a lost connection nor a stopped worker loses it. A tap that is sent
// twice writes nothing twice.

const REPLAY = "replay-taps";
const SNOOZE_MINUTES = 60;
const SCORES = { did: 4, "not-today": 1 }; // "Mostly" and "Not at all" on the notification
const MINUTE = 60_000; // ms
// These say nothing about the tap: the leader is signed out, or the server asks to wait.
const RETRY_LATER = new Set([401, 403, 408, 429]);

async function handleTap(tap) {
  try {
    await promptStore.addTap(tap);
  } catch {
    // No storage on the device: this is the only attempt.
    await sendWithoutStoring(tap);
    return;
  }
  await replayTaps();
}

async function sendWithoutStoring(tap) {
  const signedIn = await server.getSession().catch(() => null);
  const answer = signedIn?.account_id === tap.account ? await sendTap(tap, signedIn).catch(() => null) : null;
  if (!answer?.ok) await notifyFailure(tap);
}

async function replayTaps() {
  const retryLater = await sendStoredTaps();
  // Without Background Sync, the next start of a page or of the worker sends them.
  if (retryLater) await self.registration.sync?.register(REPLAY).catch(() => {});
}

const sendStoredTaps = () => navigator.locks.request(REPLAY, sendInOrder);

// Returns whether to retry by Background Sync: there was no connection, or the server was busy. After
// a sign-in the page retries.
async function sendInOrder() {
  const taps = await promptStore.listTaps();
  if (taps.length === 0) return false;
  try {
    const signedIn = await server.getSession();
    // Another account's taps wait for that account.
    for (const tap of taps.filter(({ account }) => account === signedIn?.account_id)) {
      const answer = await sendTap(tap, signedIn);
      const { ok, status } = answer;
      if (RETRY_LATER.has(status) || status >= 500) return status >= 408;
      await promptStore.removeTap(tap.id);
      if (!ok) await notifyFailure(tap);
      else if (tap.action in SCORES) await storeScoredDay(tap, answer);
    }
  } catch {
    return true;
  }
  return false;
}

async function sendTap(tap, { csrf_token: csrf }) {
  if (tap.action === "snooze") return sendSnooze(tap, csrf);
  const path = `/reflections/${encodeURIComponent(tap.local_date)}/answers/${encodeURIComponent(tap.key)}`;
  const body = {
    score: SCORES[tap.action],
    written_at: new Date(tap.tapped_at).toISOString(),
  };
  return server.call("PUT", path, { body, csrf });
}

// Snoozes for an hour from the tap, not from the return of the connection. When that hour is over
// there is nothing left to snooze.
async function sendSnooze(tap, csrf) {
  const minutes = Math.ceil(SNOOZE_MINUTES - (Date.now() - tap.tapped_at) / MINUTE);
  if (minutes < 1) return new Response(null, { status: 204 });
  return server.call("POST", "/prompts/snooze", { body: { minutes }, csrf });
}

// Stores the current day on this device, from where pages show it.
async function storeScoredDay({ account, local_date }, answer) {
  await self.navigator.clearAppBadge?.().catch(() => {});
  try {
    const journal = await openJournal();
    if ((await journal.getLeader())?.account !== account) return;
    await journal.storeServerDay(account, local_date, readStoredDay(answer, await answer.json()));
    journalChannel.postMessage({ type: "day", local_date });
  } catch (failure) {
    console.info("An open page learns of it when it is opened anew:", failure?.name);
  }
}

function notifyFailure({ action, tag, navigate }) {
  const answered = action in SCORES;
  const title = answered ? "Your answer wasn’t saved" : "The reminder wasn’t moved";
  return queueNotification(() => showNotification(title, {
    body: answered
      ? "Tap to open your journal and answer there."
      : "You can write any time. Tap to open your day.",
    tag,
    data: { navigate },
  }));
}

self.addEventListener("sync", (event) => {
  if (event.tag !== REPLAY) return;
  // A rejected promise makes the browser retry.
  event.waitUntil(sendStoredTaps().then((retryLater) => {
    if (retryLater) throw new Error("There is still no connection.");
  }));
});

self.addEventListener("message", (event) => {
  if (event.data?.type === REPLAY) event.waitUntil(replayTaps());
});
