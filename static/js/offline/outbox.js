// Sends what was written here to the server, in the order in which it was written. A change carries
// a name of its own, so that one whose answer was lost is not written twice, and what another device
// wrote meanwhile is merged by the server. A change leaves the outbox when the server has answered
// that it has it, and in no other way.
//
// Needs rules.js, server.js and local-journal.js; a classic script, for pages and worker alike.
{
  const { isSame, toStoredDay } = dayContent;
  const { mergeChanges, hasConflict, pickFields } = draftContent;
  const readEtag = (answer) => (answer.headers.get("ETag") ?? "").replace(/^W\//, "").replaceAll('"', "") || null;
  const readRetryAfter = (answer) => (Number(answer.headers.get("Retry-After")) || 0) * 1000;

  // What the server has of a day, in its answer to a change.
  const readStoredDay = (answer, reply) => toStoredDay(reply, readEtag(answer));

  // Nothing more can be sent for now: `state` is "unreached", "signed-out" or "ended".
  class Halt extends Error {
    constructor(state, wait = 0) {
      super(state);
      Object.assign(this, { state, wait });
    }
  }

  // Connections break in many ways, before, within and after an answer; all of them are tried again.
  async function reached(asking) {
    try {
      return await asking;
    } catch {
      throw new Halt("unreached");
    }
  }

  // `tell` hears of each day and draft that changed. `server` makes the calls (see server.js).
  function createOutbox(journal, { server: calls = self.server, locks = navigator.locks, tell = () => {} } = {}) {
    let who = null; // whose session it is, as far as is known

    // A page knows whose session it was when it was opened, which saves a call.
    const setSession = (found) => { who = found; };

    async function sessionFor(account) {
      if (who?.account_id === account) return who;
      const { who: found, ended } = await reached(calls.getSessionStatus());
      who = found;
      if (who?.account_id !== account) throw new Halt(ended ? "ended" : "signed-out");
      return who;
    }

    async function asked(account, method, path, options) {
      const { csrf_token: csrf } = await sessionFor(account);
      const answer = await reached(calls.call(method, path, { ...options, csrf }));
      if (![400, 401, 403].includes(answer.status)) return answer;
      who = null; // the session may have been renewed elsewhere
      const { csrf_token: fresh } = await sessionFor(account);
      return reached(calls.call(method, path, { ...options, csrf: fresh }));
    }

    // The change goes on top of what it was written on. Where that is no longer what the server
    // has, as far as is known here or by its 412, the server merges the two.
    async function put(row, change) {
      const { stored } = await journal.getDay(row.account, row.local_date);
      const body = { ...change.content, written_at: change.written_at, change: row.id };
      const path = `/reflections/${row.local_date}`;
      if (isSame(change.was, stored.content)) {
        const headers = stored.etag ? { "If-Match": `"${stored.etag}"` } : { "If-None-Match": "*" };
        const answer = await asked(row.account, "PUT", path, { body, headers });
        if (answer.status !== 412) return answer;
      }
      return asked(row.account, "POST", `${path}/merge`, { body: { ...body, was: change.was } });
    }

    // A clock that is wrong must not keep words from arriving: the server's own is taken then.
    async function putAtAnyTime(row, change) {
      const answer = await put(row, change);
      if (answer.status !== 422 || !change.written_at) return answer;
      const { errors = {} } = await answer.clone().json().catch(() => ({}));
      return errors.written_at ? put(row, { ...change, written_at: null }) : answer;
    }

    // What comes of an answer: `take` gets what the server has now, `refuse` what it says is wrong.
    async function settle(answer, take, refuse) {
      if (answer.ok) {
        await take(answer.status === 204 ? {} : await reached(answer.json()));
      } else if (answer.status === 401) {
        throw new Halt("signed-out");
      } else if (answer.status === 408 || answer.status === 429 || answer.status >= 500) {
        throw new Halt("unreached", readRetryAfter(answer));
      } else {
        const { errors = {}, detail = "" } = await answer.json().catch(() => ({}));
        await refuse(Object.values(errors).flat().join(" ") || detail || `The journal answered ${answer.status}.`);
      }
    }

    async function send(row) {
      const change = await journal.decryptChange(row);
      const answer = await putAtAnyTime(row, change);
      await settle(
        answer,
        (reply) => journal.recordSent(row, readStoredDay(answer, reply), { aside: Boolean(reply.set_aside?.length) }),
        (refused) => journal.markChange(row, { refused }),
      );
      tell({ type: "day", local_date: row.local_date });
    }

    // A draft goes on top of what it was written on. Where that has changed meanwhile, so do the
    // fields that were not changed here; words that others take the place of stay as a version.
    async function sendDraft(row) {
      const { etag, was, content, aside: before } = await journal.decryptDraft(row);
      const put = (body, over) => asked(row.account, "PUT", row.path, {
        body, headers: over ? { "If-Match": `"${over}"` } : { "If-None-Match": "*" },
      });
      let aside = before ?? false;
      let answer = await put(content, etag);
      if (answer.status === 412) {
        const { current } = await reached(answer.json());
        const theirs = current ? pickFields(content, current) : was;
        aside ||= hasConflict(was, content, theirs);
        answer = await put(mergeChanges(was, content, theirs), current && readEtag(answer));
        if (answer.status === 412) throw new Halt("unreached"); // it is being written elsewhere
      }
      await settle(
        answer,
        (reply) => journal.recordDraftSent(row, {
          sent: content, etag: readEtag(answer), content: pickFields(content, reply), aside,
        }),
        (refused) => journal.refuseDraft(row, refused),
      );
      tell({ type: "draft", path: row.path });
    }

    // For a device that has no room to keep a change on: one try, while the page lives. Returns the
    // day as the server has it now.
    async function sendUnkept(account, date, change) {
      const row = { account, local_date: date, id: crypto.randomUUID() };
      const answer = await put(row, { ...change, written_at: new Date().toISOString() });
      if (!answer.ok) throw new Halt("unreached");
      return readStoredDay(answer, await reached(answer.json()));
    }

    async function next(account, passedOver, again) {
      for (const row of await journal.listUnsent(account)) {
        if (passedOver.has(row.local_date)) continue;
        if (!row.refused || (again && !again.has(row.place))) return row;
        passedOver.add(row.local_date); // what was written after it goes on top of it
      }
      return null;
    }

    // Sends all that can be sent, one change after another. `again` also tries what was refused.
    // Returns {state, wait, left}: state is "sent", "unreached" (try again, after `wait` ms at
    // least), "signed-out" or "ended"; `left` counts what is still here.
    const sendAll = ({ again = false } = {}) => locks.request(`${journal.name} outbox`, async () => {
      const leader = await journal.getLeader();
      if (!leader) return { state: "sent", wait: 0, left: 0 };
      const { account } = leader;
      const passedOver = new Set();
      const tried = again ? new Set() : null;
      let halt = { state: "sent", wait: 0 };
      try {
        for (let row; (row = await next(account, passedOver, tried));) {
          tried?.add(row.place);
          if (await journal.markChange(row, { tried: true, refused: null })) await send(row);
        }
        for (const row of await journal.listUnsentDrafts(account)) {
          if (again || !row.refused) await sendDraft(row);
        }
      } catch (error) {
        if (!(error instanceof Halt)) throw error;
        halt = error;
      }
      return { state: halt.state, wait: halt.wait, left: await journal.countUnsent(account) };
    });

    return Object.freeze({ setSession, sendAll, sendUnkept });
  }

  self.createOutbox = createOutbox;
  self.readStoredDay = readStoredDay;
}
