// Says on the page that the worker shows without a connection which page it stands for, and opens that
// one as soon as there is a connection.
const { pathname } = location;
const leadsHere = ({ pathname: path }) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`));

// Returns the link whose page, or the page above it, was asked for.
function findLink(selector) {
  const found = [...document.querySelectorAll(selector)].filter(leadsHere);
  return found.sort((one, other) => other.pathname.length - one.pathname.length)[0];
}

const ENTRIES = ".main-nav nav > ul > li > a";
const getName = (link) => link.textContent.trim();

function findSection(page) {
  const section = page.closest("nav").getAttribute("aria-label");
  return [...document.querySelectorAll(ENTRIES)].find((entry) => getName(entry) === section);
}

const page = findLink(".section-header a");
const entry = page ? findSection(page) : findLink(ENTRIES);

if (page) {
  page.closest("nav").hidden = false;
  page.setAttribute("aria-current", "page");
}
entry?.setAttribute("aria-current", page ? "true" : "page");
if (page ?? entry) {
  const name = getName(page ?? entry);
  document.querySelector("[data-page-name]").textContent = name;
  document.title = `${name} · Leader Journal`;
}

// ---- the way back

const EVERY = 5000; // ms

// A device may believe in its connection before there is one. An open sheet may hold words.
async function openWhenReachable() {
  if (!navigator.onLine || document.hidden || document.querySelector("dialog[open]")) return;
  const answer = await fetch("/healthz", { cache: "no-store" }).catch(() => null);
  if (answer?.ok) location.reload();
}

addEventListener("online", openWhenReachable);
setInterval(openWhenReachable, EVERY);
