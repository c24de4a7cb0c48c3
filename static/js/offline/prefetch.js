// Fetches what is needed without a connection: the questions of the coming days, the days of this
// month, and the month page, which the service worker stores.
const PREFETCH = "keep-ready";
const EVERY = 30 * 60_000; // ms

export async function prefetchForOffline(journal, account, date) {
  try {
    if (!(await journal.isTimeFor(PREFETCH, EVERY))) return;
    await Promise.all([storeQuestions(journal, account), storeMonth(journal, account, date)]);
    const registration = await navigator.serviceWorker?.ready;
    registration?.active.postMessage({ type: "keep-month" });
    await journal.recordDone(PREFETCH);
  } catch (failure) {
    console.info("Not everything could be prefetched:", failure?.name);
  }
}

async function fetchItems(path) {
  const answer = await server.call("GET", path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()).items;
}

async function storeQuestions(journal, account) {
  for (const { local_date, questions } of await fetchItems("/prompts/ahead")) {
    const { seen } = await journal.getDay(account, local_date);
    if (!seen) await journal.storeServerDay(account, local_date, null, questions);
  }
}

async function storeMonth(journal, account, date) {
  const first = `${date.slice(0, 7)}-01`;
  for (const found of await fetchItems(`/reflections?from=${first}&limit=31`)) {
    const etag = `${found.id.replaceAll("-", "")}-${found.version}`;
    await journal.storeServerDay(account, found.local_date, { etag, content: dayContent.fromReply(found), at: found.saved_at });
  }
}
