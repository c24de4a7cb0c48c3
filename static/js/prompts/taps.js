// What is tapped on a notification, on its way to the server. A tap is kept before it is sent and
// let go of when the server has answered, so neither a lost connection nor a stopped worker loses
// it; sent twice it writes nothing twice.

const REPLAY = "replay-taps";
const SNOOZE_MINUTES = 60;
const SCORES = { did: 4, "not-today": 1 };
const MINUTE = 60_000; // ms
// Not an answer to what was tapped: the leader is signed out, or the server asks for patience.
const NO_ANSWER_YET = new Set([401, 403, 408, 429]);

async function tapped(tap) {
  try {
    await kept.addTap(tap);
  } catch {
    // No room on the device: there is this one try.
    await sendUnkept(tap);
    return;
  }
  await replayTaps();
}

async function sendUnkept(tap) {
  const who = await server.getSession().catch(() => null);
  const answer = who?.account_id === tap.account ? await sendTap(tap, who).catch(() => null) : null;
  if (!answer?.ok) await sayNotDone(tap);
}

async function replayTaps() {
  const again = await sendKeptTaps();
  // Where there is no Background Sync, the next start of a page or of the worker replays.
  if (again) await self.registration.sync?.register(REPLAY).catch(() => {});
}

const sendKeptTaps = () => navigator.locks.request(REPLAY, sendOldestFirst);

// Returns whether a later try may help that nobody would nudge: there was no connection, or the
// server was busy. After a sign-in the page nudges.
async function sendOldestFirst() {
  const taps = await kept.taps();
  if (taps.length === 0) return false;
  try {
    const who = await server.getSession();
    // Another account's taps wait for that account.
    for (const tap of taps.filter(({ account }) => account === who?.account_id)) {
      const answer = await sendTap(tap, who);
      const { ok, status } = answer;
      if (NO_ANSWER_YET.has(status) || status >= 500) return status >= 408;
      await kept.removeTap(tap.id);
      if (!ok) await sayNotDone(tap);
      else if (tap.action in SCORES) await scored(tap, answer);
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

// An hour from the tap, not from the moment at which a connection came back. When that hour is
// over there is nothing left to ask for.
async function sendSnooze(tap, csrf) {
  const minutes = Math.ceil(SNOOZE_MINUTES - (Date.now() - tap.tapped_at) / MINUTE);
  if (minutes < 1) return new Response(null, { status: 204 });
  return server.call("POST", "/prompts/snooze", { body: { minutes }, csrf });
}

// The day as it stands now is kept on this device, from where pages show it.
async function scored({ account, local_date }, answer) {
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

function sayNotDone({ action, tag, navigate }) {
  const answered = action in SCORES;
  const title = answered ? "Your answer was not written" : "The prompt was not moved";
  return inTurn(() => showNotification(title, {
    body: answered
      ? "The journal could not take it from here. Tap to write it in the journal."
      : "You can write your day at any time. Tap to open it.",
    tag,
    data: { navigate },
  }));
}

self.addEventListener("sync", (event) => {
  if (event.tag !== REPLAY) return;
  // A promise that fails asks the browser for another try.
  event.waitUntil(sendKeptTaps().then((again) => {
    if (again) throw new Error("There is still no connection.");
  }));
});

self.addEventListener("message", (event) => {
  if (event.data?.type === REPLAY) event.waitUntil(replayTaps());
});
