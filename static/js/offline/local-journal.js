// The part of a journal that this device stores in IndexedDB: days that were opened on it, changes
// that have not reached the server, and the month page. Every text is encrypted with a key of the
// account that no script can read (AES-GCM, not extractable); only account and local day are plain.
//
// Needs idb and rules.js to be loaded first; a classic script, for pages and worker alike.
{
  const { EMPTY, isSame, mergeChanges, contains } = dayContent;
  const { mergeChanges: mergeDraft } = draftContent;
  const VERSION = 2;
  const LEADER = "leader";
  const SIGN_OUT = "sign-out";
  const FIRST_EDITION = "0"; // the cache version of an account whose pages do not name one
  const BLANK = Object.freeze({
    stored: Object.freeze({ etag: null, content: EMPTY }), // as last received from the server, `at` that time
    queued: EMPTY, // with the changes in the outbox
    content: EMPTY, // with what was typed since
    questions: null,
    aside: false, // whether superseded text was kept as a version
    seen: false,
  });
  const IV_BYTES = 12;
  const A_DAY = 24 * 60 * 60_000; // ms

  function upgrade(database, from) {
    if (from < 1) createFirstStores(database);
    database.createObjectStore("drafts", { keyPath: ["account", "path"] });
  }

  function createFirstStores(database) {
    database.createObjectStore("here"); // LEADER: {account, time_zone, day_starts_at, edition}; when what was last done
    database.createObjectStore("keys"); // account: CryptoKey
    database.createObjectStore("days", { keyPath: ["account", "local_date"] });
    database.createObjectStore("outbox", { keyPath: "place", autoIncrement: true })
      .createIndex("account", "account");
    database.createObjectStore("pages", { keyPath: ["account", "path"] });
  }

  // An ETag is the id of a day and its version, which a deleted day has too. A page that knew no day
  // is older than the stored one, unless that was long ago.
  function isOlder(seen, stored) {
    if (!stored.etag) return false;
    const [seenDay, seenVersion] = (seen.etag ?? seen.deleted)?.split("-") ?? [];
    const [storedDay, storedVersion] = stored.etag.split("-");
    if (seenDay === storedDay) return Number(seenVersion) < Number(storedVersion);
    return !seenDay && Date.parse(seen.at) < Date.parse(stored.at) + A_DAY;
  }

  // Throws if this browser stores nothing, as some do in private windows.
  async function openLocalJournal(name = "journal", locks = navigator.locks) {
    if (!self.crypto?.subtle) throw new Error("There is no encryption in this browser.");
    const database = await idb.openDB(name, VERSION, {
      upgrade,
      // A newer release wants to change the stores: this page must not block it.
      blocking: (_current, _blocked, event) => event.target.close(),
    });

    // ---- encryption

    async function getKey(account) {
      const there = await database.get("keys", account);
      if (there) return there;
      const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
      const change = database.transaction("keys", "readwrite");
      const first = await change.store.get(account); // another page may have been first
      if (!first) await change.store.put(made, account);
      await change.done;
      return first ?? made;
    }

    const makeAssociatedData = (account, place) => new TextEncoder().encode(`${account} ${place}`);

    async function encrypt(account, place, value) {
      const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
      const bytes = new TextEncoder().encode(JSON.stringify(value));
      const way = { name: "AES-GCM", iv, additionalData: makeAssociatedData(account, place) };
      return { iv, bytes: await crypto.subtle.encrypt(way, await getKey(account), bytes) };
    }

    async function decrypt(account, place, { iv, bytes }) {
      const way = { name: "AES-GCM", iv, additionalData: makeAssociatedData(account, place) };
      const plain = await crypto.subtle.decrypt(way, await getKey(account), bytes);
      return JSON.parse(new TextDecoder().decode(plain));
    }

    // ---- the leader of this device

    const getLeader = () => database.get("here", LEADER);

    // Signing in takes the device over: other leaders' copies are deleted; only their unsent changes
    // stay, encrypted.
    async function setLeader(found) {
      const before = await getLeader();
      const stays = before?.account === found.account;
      const anew = stays && (before.edition ?? FIRST_EDITION) !== found.edition;
      if (anew) await forgetCopies(found.account);
      if (before && (anew || !stays)) await database.clear("here");
      await database.put("here", found, LEADER);
      if (stays) return;
      const accounts = await database.getAllKeys("keys");
      for (const account of accounts) if (account !== found.account) await forgetSynced(account);
    }

    // Deletes copies of what the server has: texts have changed there, as when a name is forgotten.
    async function forgetCopies(account) {
      await queueUnqueuedDays(account);
      const waiting = new Set((await listUnsent(account)).map(({ local_date }) => local_date));
      const change = database.transaction(["days", "pages", "drafts"], "readwrite");
      for await (const cursor of change.objectStore("days").iterate(all(account))) {
        const { left, local_date } = cursor.value;
        if (!left && !waiting.has(local_date)) cursor.delete();
      }
      change.objectStore("pages").delete(all(account));
      await deleteSentDrafts(change, account);
      await change.done;
    }

    async function deleteSentDrafts(change, account) {
      for await (const cursor of change.objectStore("drafts").iterate(all(account))) {
        if (cursor.value.sent) cursor.delete();
      }
    }

    // Deletes the account's copies. Unsent changes stay, with their key.
    async function forgetSynced(account) {
      await queueUnqueuedDays(account);
      await forgetAllButUnsent(account);
    }

    async function forgetAllButUnsent(account) {
      const left = await countUnsent(account);
      const change = database.transaction(["here", "keys", "days", "pages", "drafts"], "readwrite");
      const of = all(account);
      if ((await change.objectStore("here").get(LEADER))?.account === account) {
        change.objectStore("here").clear();
      }
      change.objectStore("days").delete(of);
      change.objectStore("pages").delete(of);
      if (!left) change.objectStore("keys").delete(account);
      await deleteSentDrafts(change, account);
      await change.done;
    }

    // Deletes everything of one account.
    async function forgetAccount(account) {
      for (const { place } of await listUnsent(account)) await database.delete("outbox", place);
      await database.delete("drafts", all(account));
      await forgetAllButUnsent(account);
    }

    async function forgetAll() {
      const change = database.transaction([...database.objectStoreNames], "readwrite");
      for (const store of database.objectStoreNames) change.objectStore(store).clear();
      await change.done;
    }

    // The range of an account in stores whose keys begin with it.
    const all = (account) => IDBKeyRange.bound([account], [account, []]);

    // Signing out without a connection: the server is asked later, when it can be reached.
    const requestSignOut = () => database.put("here", true, SIGN_OUT);
    const isSignOutRequested = async () => Boolean(await database.get("here", SIGN_OUT));
    const clearSignOutRequest = () => database.delete("here", SIGN_OUT);

    // Whether `what` was last done more than `every` ms ago.
    const isTimeFor = async (what, every) => !(Date.now() - await database.get("here", what) < every);
    const recordDone = (what) => database.put("here", Date.now(), what);

    // ---- days

    // One writer at a time per day, across pages and the service worker: encryption takes longer than
    // an IndexedDB transaction lives.
    const withLock = (date, act) => locks.request(`${name} ${date}`, act);

    // The day on this device. If its copy was deleted, it has only what unsent changes say.
    async function getDay(account, date) {
      const row = await database.get("days", [account, date]);
      if (row) return decrypt(account, date, row);
      const queued = await applyChanges(await listUnsent(account, date), EMPTY);
      return { ...BLANK, queued, content: queued };
    }

    // Applies changes one after another: a score that goes up and down again is a change too, though
    // the first and last contents are equal.
    async function applyChanges(rows, content) {
      for (const row of rows) {
        const { was, content: mine } = await decryptChange(row);
        content = mergeChanges(was, mine, content);
      }
      return content;
    }

    async function revertChanges(rows, content) {
      for (const row of [...rows].reverse()) {
        const { was, content: mine } = await decryptChange(row);
        content = mergeChanges(mine, was, content);
      }
      return content;
    }

    // `left` marks, in plain, a day with text that is not in the outbox yet.
    async function makeDayRow(account, date, kept) {
      const left = !isSame(kept.content, kept.queued);
      return { account, local_date: date, left, ...await encrypt(account, date, kept) };
    }

    async function saveDay(account, date, kept) {
      await database.put("days", await makeDayRow(account, date, kept));
      return kept;
    }

    // Stores what the server sent: {etag, content, at, deleted} and, from a page, the questions. Unsent
    // changes stay on top of it.
    const storeServerDay = (account, date, shown, questions = null) => withLock(date, async () => {
      const kept = await getDay(account, date);
      if (shown && isOlder(shown, kept.stored)) shown = null; // a page older than the last save
      return saveDay(account, date, {
        ...kept,
        ...shown && await applyUnsent(shown, await listUnsent(account, date), kept),
        questions: questions ?? kept.questions,
        seen: kept.seen || Boolean(shown),
      });
    });

    // The day on this device when the server has `stored` and `rows` are unsent.
    async function applyUnsent(stored, rows, kept) {
      const queued = await applyChanges(rows, stored.content);
      return { stored, queued, content: mergeChanges(kept.queued, kept.content, queued) };
    }

    // Stores what was typed on a page that showed `base` and now says `mine`; another page may have
    // changed other fields meanwhile. Returns the day on this device.
    const writeDay = (account, date, base, mine) => withLock(date, async () => {
      const kept = await getDay(account, date);
      return saveDay(account, date, { ...kept, content: mergeChanges(base, mine, kept.content) });
    });

    // Puts the typed text of a day into the outbox, as one change with an id. Returns whether anything
    // of the day may be unsent.
    const queueDay = (account, date, writtenAt) => withLock(date, async () => {
      const kept = await getDay(account, date);
      const waiting = await listUnsent(account, date);
      if (isSame(kept.content, kept.queued)) return waiting.length > 0;
      const joined = await findMergeableChanges(waiting, kept.content);
      const was = await revertChanges(joined, kept.queued);
      const id = crypto.randomUUID();
      const change = { was, content: kept.content, written_at: writtenAt };
      const row = { account, local_date: date, id, ...await encrypt(account, id, change) };
      if (joined.length) row.place = joined[0].place;
      await saveDayAndChange({ ...kept, queued: kept.content }, date, row, (outbox) => {
        for (const { place } of joined) outbox.delete(place);
        if (!isSame(was, kept.content)) outbox.put(row);
      });
      return true;
    });

    // The changes that a new one is merged with, unknown to the server: a refused one with all that
    // follow it, or else the last, if it is only typed on and was never sent (its id says what the
    // server may know).
    async function findMergeableChanges(waiting, content) {
      const refused = waiting.findIndex((row) => row.refused);
      if (refused >= 0) return waiting.slice(refused);
      const last = waiting.at(-1);
      return last && !last.tried && contains(content, (await decryptChange(last)).content) ? [last] : [];
    }

    // Queues every day that a closed page left with typed text.
    async function queueUnqueuedDays(account) {
      for (const { left, local_date } of await database.getAll("days", all(account))) {
        if (left) await queueDay(account, local_date, new Date().toISOString());
      }
    }

    // The server has accepted a change; `stored` is its day now.
    const recordSent = (row, stored, { aside }) => withLock(row.local_date, async () => {
      const kept = await getDay(row.account, row.local_date);
      const left = (await listUnsent(row.account, row.local_date)).filter(({ place }) => place !== row.place);
      const newest = isOlder(stored, kept.stored) ? kept.stored : stored; // a page may have come first
      const now = { ...kept, ...await applyUnsent(newest, left, kept), aside: kept.aside || aside };
      await saveDayAndChange(now, row.local_date, row, (outbox) => outbox.delete(row.place));
    });

    // A day and its changes are stored together or not at all.
    async function saveDayAndChange(kept, date, { account }, act) {
      const row = await makeDayRow(account, date, kept);
      const both = database.transaction(["days", "outbox"], "readwrite");
      both.objectStore("days").put(row);
      act(both.objectStore("outbox"));
      await both.done;
    }

    // ---- outbox

    // Unsent changes, of one day or all, in the order in which they were written.
    async function listUnsent(account, date = null) {
      const rows = await database.getAllFromIndex("outbox", "account", account);
      return date ? rows.filter((row) => row.local_date === date) : rows;
    }

    const countUnsent = async (account) => (
      await database.countFromIndex("outbox", "account", account) + (await listUnsentDrafts(account)).length
    );
    const countAllUnsent = async () => (
      await database.count("outbox") + (await database.getAll("drafts")).filter(isUnsent).length
    );
    const decryptChange = (row) => decrypt(row.account, row.id, row);

    async function markChange(row, marks) {
      const change = database.transaction("outbox", "readwrite");
      const there = await change.store.get(row.place);
      // Somebody typed on meanwhile: that change has another id, and was not tried.
      const isCurrent = there?.id === row.id;
      if (isCurrent) await change.store.put({ ...there, ...marks });
      await change.done;
      return isCurrent;
    }

    // ---- drafts: what else is written whole, such as a month's review, by its path in the API

    const isUnsent = ({ sent }) => !sent;
    const listUnsentDrafts = async (account) => (await database.getAll("drafts", all(account))).filter(isUnsent);
    const decryptDraft = (row) => decrypt(row.account, row.path, row);

    // Keeps what `content` now says, where `was` is what the server had under `etag` (null where it
    // had nothing). What was typed before and is not sent yet keeps what it was written on; what has
    // been sent since the page last heard of it goes below what is typed now. What is written `once`,
    // with nobody to continue it here, is deleted as soon as it has arrived;
    // `words` say what that is.
    const saveDraft = (account, path, { etag, was, content, words = "", once = false }) => withLock(path, async () => {
      const row = await database.get("drafts", [account, path]);
      const found = row && await decryptDraft(row);
      if (found && row.sent && found.etag !== etag) {
        const mine = mergeDraft(was, content, found.content);
        await putDraft(account, path, { etag: found.etag, was: found.content, content: mine, words }, { once });
        return;
      }
      const base = row && !row.sent ? found : { etag, was };
      await putDraft(account, path, { ...base, content, words }, { once });
    });

    async function putDraft(account, path, draft, marks = {}) {
      const row = { account, path, id: crypto.randomUUID(), ...marks };
      await database.put("drafts", { ...row, ...await encrypt(account, path, draft) });
    }

    // The draft on this device: {etag, was, content, aside, sent, refused}; null if there is none.
    async function getDraft(account, path) {
      const row = await database.get("drafts", [account, path]);
      return row ? { ...await decryptDraft(row), sent: Boolean(row.sent), refused: row.refused } : null;
    }

    // The server has accepted `sent` and has `content` under `etag`; `aside` if it superseded text of
    // another device. What was typed meanwhile goes on top of that.
    const recordDraftSent = ({ account, path, id }, { sent, etag, content, aside }) => withLock(path, async () => {
      const row = await database.get("drafts", [account, path]);
      if (!row) return;
      const stored = { etag, was: content, aside };
      if (row.id === id) {
        if (row.once) await database.delete("drafts", [account, path]);
        else await putDraft(account, path, { ...stored, content }, { sent: true });
        return;
      }
      const { content: mine, words } = await decryptDraft(row);
      await putDraft(account, path, { ...stored, content: mergeDraft(sent, mine, content), words }, { once: row.once });
    });

    const refuseDraft = ({ account, path, id }, refused) => withLock(path, async () => {
      const row = await database.get("drafts", [account, path]);
      if (row?.id === id) await database.put("drafts", { ...row, refused });
    });

    const removeDraft = (account, path) => database.delete("drafts", [account, path]);

    // ---- pages

    async function savePage(account, path, page) {
      await database.put("pages", { account, path, ...await encrypt(account, path, page) });
    }

    async function getPage(account, path) {
      const row = await database.get("pages", [account, path]);
      return row ? decrypt(account, path, row) : null;
    }

    const countStoredMonths = async () => (
      (await database.getAllKeys("pages")).filter(([, path]) => path.startsWith("/month")).length
    );

    return Object.freeze({
      name, getLeader, setLeader, isTimeFor, recordDone,
      requestSignOut, isSignOutRequested, clearSignOutRequest, forgetSynced, forgetAccount, forgetAll,
      getDay, storeServerDay, writeDay, queueDay, queueUnqueuedDays, recordSent,
      listUnsent, countUnsent, countAllUnsent, decryptChange, markChange,
      saveDraft, getDraft, decryptDraft, listUnsentDrafts, recordDraftSent, refuseDraft, removeDraft,
      savePage, getPage, countStoredMonths,
      close: () => database.close(),
    });
  }

  self.openLocalJournal = openLocalJournal;
}
