// The worker's part in being ready for a day without a connection. Today's page asks for it, and the
// worker fetches beside the page what may be opened later: the questions of the coming days, the days
// of this month, the month, its review and the short forms of the log. Without a worker nothing could open them.
//
// A classic script of the worker's; needs rules.js, server.js, local-journal.js and offline-pages.js.
{
  const PREFETCH = "keep-ready";
  const EVERY = 30 * 60_000; // ms

  async function prefetchForOffline(date, logIsOld) {
    const journal = await openJournal();
    const leader = await journal.getLeader();
    if (!leader) return;
    if (!(await journal.isTimeFor(PREFETCH, EVERY))) {
      if (logIsOld) await refreshPage(QUICK_LOG); // somebody has joined or left the team
      return;
    }
    const { account } = leader;
    // The page that asked may be of a leader who has signed out since.
    if ((await server.getSession())?.account_id !== account) return;
    await Promise.all([storeQuestions(journal, account), storeDays(journal, account, date)]);
    await journal.recordDone(PREFETCH);
    await refreshPages();
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

  async function storeDays(journal, account, date) {
    const first = `${date.slice(0, 7)}-01`;
    for (const found of await fetchItems(`/reflections?from=${first}&limit=31`)) {
      await journal.storeServerDay(account, found.local_date, dayContent.toStoredDay(found));
    }
  }

  self.addEventListener("message", (event) => {
    if (event.data?.type !== PREFETCH) return;
    event.waitUntil(prefetchForOffline(event.data.local_date, event.data.log_is_old).catch((failure) => {
      console.info("Not everything could be prefetched:", failure?.name);
    }));
  });
}
