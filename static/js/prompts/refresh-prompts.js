// Whenever a signed-in page starts where prompts may be shown, the worker is asked to send the taps
// that were made without a connection until it has, and this device's subscription is renewed where
// browser and server differ. Not every browser sends `pushsubscriptionchange`.
import "../offline/server.js";
import "./prompt-store.js";
import "./push-device.js";

const FIRST_WAIT = 2000; // ms
const MAX_WAIT = 60_000;

// Browsers say that they are online before every request succeeds, so the worker is asked again while
// taps are left. Taps of another account stay, and wait for that account.
function createReplay(registration) {
  let timer = 0;
  const replay = (wait = FIRST_WAIT) => {
    clearTimeout(timer);
    registration.active.postMessage({ type: "replay-taps" });
    if (wait > MAX_WAIT) return;
    timer = setTimeout(async () => { if ((await promptStore.listTaps()).length) replay(wait * 2); }, wait);
  };
  return replay;
}

export async function refreshPrompts(registration) {
  const replay = createReplay(registration);
  replay();
  addEventListener("online", () => replay());
  document.addEventListener("visibilitychange", () => { if (!document.hidden) replay(); });
  if (!("PushManager" in window)) return;
  // The next start tries again.
  await pushDevice.renew(registration).catch(() => {});
}
