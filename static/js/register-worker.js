// Registers the service worker, and offers to use a newer one that waits. It takes over only if the
// leader agrees, and never while text on this page is unsaved (`data-unsaved` on <html>).

const page = document.documentElement;
const line = document.getElementById("update-ready");
const button = line?.matches("button") ? line : line?.querySelector("button");

const hasUnsavedWords = () => page.dataset.unsaved !== undefined;

function runWhenSaved(then) {
  if (!hasUnsavedWords()) return then();
  const observer = new MutationObserver(() => {
    if (hasUnsavedWords()) return;
    observer.disconnect();
    then();
  });
  observer.observe(page, { attributeFilter: ["data-unsaved"] });
}

// The very first worker is no update: there is no active one.
function offerUpdate(registration) {
  if (line && registration.waiting && registration.active) line.hidden = false;
}

function reloadAfterUpdate() {
  // The first worker claims a page that had none; that page is new enough and stays as it is.
  let controlled = navigator.serviceWorker.controller !== null;
  let reloading = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    const tookOver = controlled;
    controlled = true;
    if (!tookOver || reloading) return;
    // Another tab agreed. With unsaved text on this page the line stays, and its button reloads.
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
    // What /sw.js imports has its release in its address; /sw.js itself is always asked for.
    updateViaCache: "imports",
  });
  button?.addEventListener("click", () => {
    button.disabled = true;
    runWhenSaved(() => {
      if (registration.waiting) registration.waiting.postMessage({ type: "take-over" });
      else location.reload();
    });
  });
  const watchWorker = (worker) => {
    worker?.addEventListener("statechange", () => offerUpdate(registration));
  };
  offerUpdate(registration);
  watchWorker(registration.installing); // `updatefound` may have been before this module ran
  registration.addEventListener("updatefound", () => watchWorker(registration.installing));
}

// When a signed-in page starts, the worker sends the taps on notifications that were made without a
// connection. Only a device that shows notifications needs more than that.
async function startPrompts() {
  if (!document.querySelector('meta[name="journal-account"]')) return;
  const registration = await navigator.serviceWorker.ready;
  if (self.Notification?.permission === "granted") {
    const { refreshPrompts } = await import("./prompts/refresh-prompts.js");
    await refreshPrompts(registration);
  } else {
    registration.active.postMessage({ type: "replay-taps" });
  }
}

if ("serviceWorker" in navigator) {
  reloadAfterUpdate();
  // A refused registration (private window, storage full) costs the offline page and nothing else.
  registerWorker()
    .then(startPrompts)
    .catch((refusal) => console.info("The journal runs without a worker:", refusal));
}
