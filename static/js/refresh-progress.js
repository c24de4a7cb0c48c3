// Refreshes the progress of a running task until it is done.
const EVERY = 1500; // ms

async function refresh() {
  const answer = await fetch(location.href, { cache: "no-store", redirect: "error" }).catch(() => null);
  if (answer?.ok) {
    const came = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = came.getElementById("progress");
    if (now && !now.querySelector("progress")) return location.reload();
    if (now) document.getElementById("progress").replaceWith(now);
  }
  setTimeout(refresh, EVERY);
}

setTimeout(refresh, EVERY);
