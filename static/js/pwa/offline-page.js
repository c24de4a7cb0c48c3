// Says on the page that the worker shows without a connection which page it stands for, and opens that
// one as soon as there is a connection.
const { pathname } = location;
const leadsHere = ({ pathname: path }) => pathname === path || (path !== "/" && pathname.startsWith(`${path}/`));

// Returns the link of `scope` whose page, or the page above it, was asked for.
function findLink(scope) {
  const found = [...document.querySelectorAll(`${scope} a[href]`)].filter(leadsHere);
  return found.sort((one, other) => other.pathname.length - one.pathname.length)[0];
}

const page = findLink(".section-header");
const entry = findLink(".main-nav nav > ul > li > a") ?? page && [...document.querySelectorAll(".main-nav nav > ul > li > a")]
  .find(({ textContent }) => textContent.trim() === page.closest("nav").getAttribute("aria-label"));
const link = page ?? entry;

if (page) {
  page.closest("nav").hidden = false;
  page.setAttribute("aria-current", "page");
}
entry?.setAttribute("aria-current", page ? "true" : "page");
if (link) {
  const name = link.textContent.trim();
  document.querySelector("[data-page-name]").textContent = name;
  document.title = `${name} · Leader Journal`;
}
addEventListener("online", () => location.reload());
