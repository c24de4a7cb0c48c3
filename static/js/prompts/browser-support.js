// Whether this browser supports prompts, and which browser it is where the help depends on it.

const agent = navigator.userAgent;
// An iPad calls itself a Mac.
export const isAppleHandheld = /iPhone|iPad|iPod/.test(agent)
  || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1);

const APP = "(display-mode: standalone), (display-mode: minimal-ui), (display-mode: fullscreen)";
export const isApp = navigator.standalone === true || matchMedia(APP).matches;

// Returns "possible", "blocked" by the leader or the system, "install" first, "insecure" or "missing".
export function getPromptSupport() {
  if (!isSecureContext) return "insecure"; // browsers hide the APIs there
  if ("serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
    return Notification.permission === "denied" ? "blocked" : "possible";
  }
  return isAppleHandheld && !isApp ? "install" : "missing";
}

// Returns what a leader calls the device: "phone", "tablet" or "computer".
export function getDeviceKind() {
  if (/iPad|Macintosh/.test(agent) && isAppleHandheld) return "tablet";
  if (/iPhone|iPod/.test(agent)) return "phone";
  if (/Android/.test(agent)) return /Mobile/.test(agent) ? "phone" : "tablet";
  return "computer";
}

export function getBrowserName() {
  if (isAppleHandheld) return "ios";
  if (/Android/.test(agent)) return /Firefox/.test(agent) ? "android-firefox" : "android";
  if (/Firefox/.test(agent)) return "firefox";
  if (/Edg\//.test(agent)) return "edge";
  return /Chrome/.test(agent) ? "chrome" : "safari";
}
