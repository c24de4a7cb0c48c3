// On each start of a signed-in page: the worker is told to replay what was tapped without a
// connection, and this device's subscription is put right where browser and server disagree.
// `pushsubscriptionchange` alone is not enough: not every browser sends it.
import "../offline/server.js";
import "./kept.js";
import "./device.js";

const FIRST_WAIT = 2000; // ms
const LONGEST_WAIT = 60_000;

// A browser says that it is online before every request succeeds, so what is still there after a
// nudge is worth some more. What stays for good is another account's, and waits for it.
function nudger(registration) {
  let timer = 0;
  const nudge = (wait = FIRST_WAIT) => {
    clearTimeout(timer);
    registration.active.postMessage({ type: "replay-taps" });
    if (wait > LONGEST_WAIT) return;
    timer = setTimeout(async () => { if ((await kept.taps()).length) nudge(wait * 2); }, wait);
  };
  return nudge;
}

export async function keepPromptsComing() {
  if (!document.querySelector('meta[name="journal-account"]')) return;
  const registration = await navigator.serviceWorker.ready;
  const nudge = nudger(registration);
  nudge();
  addEventListener("online", () => nudge());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) nudge(); });
  if (!("PushManager" in window) || Notification.permission !== "granted") return;
  // The next start tries again.
  await promptsDevice.keepOn(registration).catch(() => {});
}
