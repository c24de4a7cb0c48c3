// Renews the page's account of work under way until there is nothing more to wait for.
const EVERY = 1500; // ms

async function look() {
  const answer = await fetch(location.href, { cache: "no-store", redirect: "error" }).catch(() => null);
  if (answer?.ok) {
    const came = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = came.getElementById("progress");
    if (now && !now.querySelector("progress")) return location.reload();
    if (now) document.getElementById("progress").replaceWith(now);
  }
  setTimeout(look, EVERY);
}

setTimeout(look, EVERY);
