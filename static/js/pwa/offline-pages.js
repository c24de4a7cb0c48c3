// Which page the worker answers with where the server cannot be reached. A day, seen or not, is a
// shell that script fills from what the device holds; a month, its review and the short forms of the log
// are the pages as they were last seen, encrypted on the device like every text. No page of a leader is
// in the browser's caches.
//
// A classic script of the worker's; needs local-journal.js, rules.js and what sw.js defines.

// Pages and the worker tell each other on it which days changed.
const journalChannel = new BroadcastChannel("journal");

const PATIENCE_WITH_SERVER = 5000; // ms, where the device has the page itself

let opening = null;

function openJournal() {
  opening ??= openLocalJournal().catch((failure) => { opening = null; throw failure; });
  return opening;
}

const getStoredLeader = async () => (await openJournal()).getLeader();

const isDay = (path) => path === "/" || /^\/day\/\d{4}-\d{2}-\d{2}$/.test(path);
const isMonth = (path) => /^\/month(\/\d{4}-\d{2}(\/review)?)?$/.test(path);

const isStored = (path) => isMonth(path) || path === QUICK_LOG;

const getShell = async (page) => (await caches.open(SHELL)).match(page);

async function findStoredPage(path) {
  if (path === HELP) return getShell(HELP_SHELL);
  const leader = await getStoredLeader().catch(() => null);
  if (!leader) return path === "/" || path === WELCOME ? getShell(WELCOME) : null;
  if (isDay(path)) return getShell(DAY_SHELL);
  return isStored(path) ? getStoredPage(leader, path) : null;
}

// Who writes on this device has a way on from there; a visitor has none of the leader's pages.
async function getOfflinePage() {
  return await getStoredLeader().catch(() => null) ? getShell(OFFLINE_PAGE) : getShell(OFFLINE);
}

// Where a leader has been on this device, the start leads to signing in, and so is no welcome page
// without a connection either.
async function dropWelcome(leadsToSignIn) {
  if (leadsToSignIn || await getStoredLeader()) await (await caches.open(SHELL)).delete(WELCOME);
}

// Only a failed connection and a server in trouble lead to what the device has. An answer that says
// "not found" or "sign in" is an answer.
async function answerNavigation(event) {
  const { pathname } = new URL(event.request.url);
  const own = (isDay(pathname) || isStored(pathname)) && await getStoredLeader().catch(() => null);
  try {
    const answer = await limitTime(own ? PATIENCE_WITH_SERVER : null, fetch(event.request));
    const leadsToSignIn = pathname === "/" && answer.type === "opaqueredirect";
    event.waitUntil(dropWelcome(leadsToSignIn).catch(() => {}));
    if (own && answer.status >= 500) return await findStoredPage(pathname) ?? answer;
    if (own && isStored(pathname) && answer.ok) event.waitUntil(storePage(answer.clone(), pathname));
    return answer;
  } catch {
    const page = await findStoredPage(pathname) ?? await getOfflinePage();
    return page ?? Response.error();
  }
}

async function limitTime(patience, asking) {
  if (!patience) return asking;
  let timer = 0;
  const out = new Promise((_resolve, reject) => {
    timer = setTimeout(reject, patience, new Error("The server takes too long."));
  });
  return Promise.race([asking, out]).finally(() => clearTimeout(timer));
}

// ---- pages as they were last seen

const getMonthPath = (path, leader) => (
  path === "/month" ? `/month/${localDay(new Date(), leader).slice(0, 7)}` : path
);

async function storePage(answer, path) {
  const leader = await getStoredLeader();
  const body = await answer.text();
  // The page of another account is not stored.
  if (!leader || !body.includes(`<meta name="journal-account" content="${leader.account}"`)) return;
  const headers = [...answer.headers].filter(([name]) => !/^(content-(length|encoding)|date)$/.test(name));
  const page = { body, headers, kept_at: new Date().toISOString() };
  await (await openJournal()).savePage(leader.account, path, page);
  await dropOlderShells();
}

async function getStoredPage(leader, path) {
  const page = await (await openJournal()).getPage(leader.account, getMonthPath(path, leader));
  if (!page) return null;
  const body = page.body.replace("<html", `<html data-kept-at="${page.kept_at}"`);
  return new Response(body, { headers: page.headers });
}

const hasStoredMonth = async () => (await (await openJournal()).countStoredMonths()) > 0;

async function refreshPages() {
  const leader = await getStoredLeader();
  if (!leader) return;
  const path = getMonthPath("/month", leader);
  await Promise.all([path, `${path}/review`, QUICK_LOG].map(refreshPage));
}

async function refreshPage(path) {
  const answer = await fetch(path, {
    redirect: "error",
    headers: { Accept: "text/html" },
    signal: AbortSignal.timeout(PATIENCE_WITH_SERVER), // a newer worker waits for this request
  });
  if (answer.ok) await storePage(answer, path);
}
