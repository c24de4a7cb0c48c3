// The answer to the question of the welcome page, stored on this device until it is added to a
// journal, cleared, or a week old. It is encrypted like every text on the device, under an account
// that nobody has: so it is deleted as soon as anybody's journal is opened here.
import "../../vendor/idb/umd.js";
import "../offline/rules.js";
import "../offline/local-journal.js";

const VISITOR = "visitor";
const PATH = "/welcome";
const KEPT_FOR = 7 * 24 * 60 * 60_000; // ms

let opening = null;

// Throws if this browser stores nothing.
export const openVisitorJournal = () => (opening ??= openLocalJournal());

// Returns {key, key_name, behaviour, behaviour_name, question, question_text, score, text, local_date,
// written_at}, or null if there is none.
export async function getKeptAnswer() {
  const journal = await openVisitorJournal();
  const answer = await journal.getPage(VISITOR, PATH);
  if (!answer) return null;
  if (Date.now() - Date.parse(answer.written_at) < KEPT_FOR) return answer;
  await clearKeptAnswer();
  return null;
}

export async function keepAnswer(answer) {
  await (await openVisitorJournal()).savePage(VISITOR, PATH, answer);
}

export async function clearKeptAnswer() {
  await (await openVisitorJournal()).forgetAccount(VISITOR);
}

export const formatDay = (date) => new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC", weekday: "long", day: "numeric", month: "long",
}).format(new Date(`${date}T00:00:00Z`));
