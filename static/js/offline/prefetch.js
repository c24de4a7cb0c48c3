// Makes this device ready for the next time without a connection: the questions of the days ahead,
// the days of this month, and the month's page, which the worker keeps.
const KEEP_READY = "keep-ready";
const EVERY = 30 * 60_000; // ms

export async function prefetchForOffline(journal, account, date) {
  try {
    if (!(await journal.isTimeFor(KEEP_READY, EVERY))) return;
    await Promise.all([keepQuestions(journal, account), keepMonth(journal, account, date)]);
    const registration = await navigator.serviceWorker?.ready;
    registration?.active.postMessage({ type: "keep-month" });
    await journal.recordDone(KEEP_READY);
  } catch (failure) {
    console.info("Not all is ready for a time without a connection:", failure?.name);
  }
}

async function items(path) {
  const answer = await server.call("GET", path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return (await answer.json()).items;
}

async function keepQuestions(journal, account) {
  for (const { local_date, questions } of await items("/prompts/ahead")) {
    const { seen } = await journal.getDay(account, local_date);
    if (!seen) await journal.storeServerDay(account, local_date, null, questions);
  }
}

async function keepMonth(journal, account, date) {
  const first = `${date.slice(0, 7)}-01`;
  for (const found of await items(`/reflections?from=${first}&limit=31`)) {
    const etag = `${found.id.replaceAll("-", "")}-${found.version}`;
    await journal.storeServerDay(account, found.local_date, { etag, content: dayContent.fromReply(found), at: found.saved_at });
  }
}
