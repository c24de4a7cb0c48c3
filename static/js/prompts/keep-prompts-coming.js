// On each start of a signed-in page: the worker is told to replay what was tapped without a
// connection, and this device's subscription is put right where browser and server disagree.
// `pushsubscriptionchange` alone is not enough: not every browser sends it.
import "./kept.js";
import "./device.js";

export async function keepPromptsComing() {
  if (!document.querySelector('meta[name="journal-owner"]')) return;
  const registration = await navigator.serviceWorker.ready;
  const nudge = () => registration.active.postMessage({ type: "replay-taps" });
  nudge();
  addEventListener("online", nudge);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) nudge(); });
  if (!("PushManager" in window) || Notification.permission !== "granted") return;
  // The next start tries again.
  await promptsDevice.keepOn(registration).catch(() => {});
}
