// What is noted on today's page beside the day (someone served, a win, a hand-off) is kept on this
// device first, and sent when it can be. Without this, the forms are plain ones.
import { account, journalHere, phone } from "../offline/here.js";
import { keepSending } from "../offline/keep-sending.js";

const channel = new BroadcastChannel("journal"); // one of its own also hears this page's outbox
const forms = [...document.querySelectorAll("form[data-keep]")];
const refusal = document.getElementById("not-noted");
const waiting = new Map(); // the form in which a path was written
const keeping = new Set(); // forms of which something is being kept just now

// What became of something that today asks about, laid over the whole of it.
function answerOf(form, said) {
  const { keep, etag, whole } = form.dataset;
  const was = JSON.parse(whole);
  const content = { ...was };
  for (const name of Object.keys(was)) if (said.has(name)) content[name] = said.get(name);
  if ("state" in was && content.state !== "missed") content.reason = "";
  if ("state" in was && content.state !== "open") content.due_on = was.due_on;
  return [{ path: keep, etag, was, content }];
}

// What a form says, as calls of the API: each with an id of its own, so that none is made twice.
function draftsOf(form, submitter) {
  const { keep, day, whole } = form.dataset;
  const said = new FormData(form, submitter);
  if (whole) return answerOf(form, said);
  if (keep === "acts") {
    const person = said.get("person_id");
    return said.getAll("acts").map((act) => ({ path: `/people/${person}/acts/${day}/${act}`, content: {} }));
  }
  const content = { text: said.get("text"), local_date: day, person_id: said.get("person_id") || null };
  if (said.has("celebrated_how")) content.celebrated_how = said.get("celebrated_how");
  return [{ path: `/${keep}/${crypto.randomUUID()}`, content }];
}

const say = (form, text) => { form.querySelector("[data-said]").textContent = text; };

async function tell(journal, state = "sent") {
  const done = new Set();
  for (const [path, form] of [...waiting]) {
    const draft = await journal.draft(account, path);
    if (draft && !draft.refused) {
      say(form, state === "signed-out" ? `Saved on ${phone}. Sign in to send it.` : `Saved on ${phone}. Sent as soon as it can be.`);
      continue;
    }
    waiting.delete(path);
    done.add(form);
    if (draft) await showRefused(journal);
  }
  for (const form of done) {
    if (keeping.has(form) || [...waiting.values()].includes(form)) continue; // there is more of it
    say(form, refusal.hidden ? "Noted." : "");
    if (form.dataset.whole && refusal.hidden) form.closest("section").remove();
  }
}

// What was noted here before and the server did not take: the leader sees why, and may leave it out.
async function showRefused(journal) {
  const [row] = (await journal.unsentDrafts(account)).filter(({ once, refused }) => once && refused);
  refusal.hidden = !row;
  if (!row) return;
  const { text } = (await journal.draftIn(row)).content;
  refusal.querySelector("p").textContent = `${text ? `“${text}” was not taken. ` : ""}${row.refused}`;
  refusal.querySelector("button").onclick = async () => {
    await journal.removeDraft(account, row.path);
    await showRefused(journal);
  };
}

async function start() {
  const { journal, outbox } = await journalHere();
  await showRefused(journal);
  const sender = keepSending(journal, outbox, account, (state) => tell(journal, state));
  channel.addEventListener("message", ({ data }) => { if (data.type === "draft") tell(journal); });
  for (const moment of ["online", "focus"]) addEventListener(moment, () => { if (waiting.size) sender.send(); });
  for (const form of forms) {
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const drafts = draftsOf(form, event.submitter);
      if (!drafts.length) {
        say(form, "Tick what you did.");
        return;
      }
      say(form, "Saving…");
      keeping.add(form);
      try {
        for (const { path, etag = null, was = {}, content } of drafts) {
          await journal.keepDraft(account, path, { etag, was, content, once: true });
          waiting.set(path, form);
        }
      } catch {
        form.submit(); // no room is left here
        return;
      } finally {
        keeping.delete(form);
      }
      if (!form.dataset.whole) form.reset();
      await sender.send();
    });
  }
}

if (forms.length) start().catch((failure) => console.info("Nothing is kept on this device:", failure?.name));
