// Registers the service worker, and offers a newer one that waits. It takes over only on the
// leader's word, and never while words on this page are unsaved (`data-unsaved` on <html>).
import { refreshPrompts } from "./prompts/refresh-prompts.js";

const page = document.documentElement;
const line = document.getElementById("update-ready");
const button = line?.matches("button") ? line : line?.querySelector("button");

const hasUnsavedWords = () => page.dataset.unsaved !== undefined;

function whenSaved(then) {
  if (!hasUnsavedWords()) return then();
  const observer = new MutationObserver(() => {
    if (hasUnsavedWords()) return;
    observer.disconnect();
    then();
  });
  observer.observe(page, { attributeFilter: ["data-unsaved"] });
}

// The first worker of all never waits for long: with no page in control of another one, it is not
// newer than anything.
function offer(registration) {
  if (line && registration.waiting && registration.active) line.hidden = false;
}

function reloadAfterTakeOver() {
  // The first worker claims a page that had none; that page is new enough and stays as it is.
  let controlled = navigator.serviceWorker.controller !== null;
  let reloading = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    const tookOver = controlled;
    controlled = true;
    if (!tookOver || reloading) return;
    // Another tab gave the word. With unsaved words here the line stays, and its button reloads.
    if (hasUnsavedWords()) {
      if (line) line.hidden = false;
      return;
    }
    reloading = true;
    location.reload();
  });
}

async function registerWorker() {
  const registration = await navigator.serviceWorker.register("/sw.js", {
    scope: "/",
    type: "classic",
    updateViaCache: "none",
  });
  button?.addEventListener("click", () => {
    button.disabled = true;
    whenSaved(() => {
      if (registration.waiting) registration.waiting.postMessage({ type: "take-over" });
      else location.reload();
    });
  });
  const watch = (worker) => {
    worker?.addEventListener("statechange", () => offer(registration));
  };
  offer(registration);
  watch(registration.installing); // `updatefound` may have been before this module ran
  registration.addEventListener("updatefound", () => watch(registration.installing));
}

if ("serviceWorker" in navigator) {
  reloadAfterTakeOver();
  // A refused registration (private window, storage full) costs the offline page and nothing else.
  registerWorker()
    .then(refreshPrompts)
    .catch((refusal) => console.info("The journal runs without a worker:", refusal));
}
