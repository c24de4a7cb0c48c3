// The forms of the log as calls of the API, each with an id of its own, so that sending twice creates
// nothing twice.

export const isFollowUp = (form) => "stored" in form.dataset;

const joinWords = (...parts) => parts.filter(Boolean).join(" · ");
const pickGiven = (stored, fields) => Object.fromEntries(Object.keys(stored)
  .filter((name) => fields.has(name)).map((name) => [name, fields.get(name)]));

// The result of a commitment or the celebration of a win, merged into the stored entry.
function buildFollowUp(form, fields) {
  const { save, etag, stored } = form.dataset;
  const was = JSON.parse(stored);
  const words = joinWords(was.text, fields.get("reason"), fields.get("celebrated_how"));
  return [{ path: save, etag, was, content: { ...was, ...pickGiven(was, fields) }, words }];
}

function buildActs(form, fields, day) {
  const { selectedOptions: [person] } = form.elements.person_id;
  return fields.getAll("acts").map((act) => {
    const name = form.querySelector(`[name=acts][value="${act}"]`).parentElement.textContent.trim();
    const path = `/people/${person.value}/acts/${day}/${act}`;
    return { path, content: {}, words: `${name}: ${person.textContent.trim()}` };
  });
}

function buildEntry(collection, fields, day) {
  const content = { text: fields.get("text"), local_date: day };
  if (collection === "commitments") content.due_on = fields.get("due_on") || null;
  else content.person_id = fields.get("person_id") || null;
  if (fields.has("celebrated_how")) content.celebrated_how = fields.get("celebrated_how");
  const path = `/${collection}/${crypto.randomUUID()}`;
  return [{ path, content, words: joinWords(content.text, content.celebrated_how) }];
}

// The number of a period that is on this device and not sent yet.
async function findUnsentNumber(journal, owner, period) {
  for (const row of await journal.listUnsentDrafts(owner)) {
    if (!row.path.startsWith("/numbers/") || row.refused) continue;
    const draft = await journal.decryptDraft(row);
    if (draft.content.period === period) return { path: row.path, ...draft };
  }
  return null;
}

// A period has one number: what is given goes on top of it, and what is left empty stays.
async function buildNumber(journal, owner, form, fields) {
  const [option] = form.elements.period.selectedOptions;
  const { path = `/numbers/${crypto.randomUUID()}`, etag = null, stored } = option.dataset;
  const unsent = await findUnsentNumber(journal, owner, option.value);
  const was = stored ? toAmounts(JSON.parse(stored)) : {};
  const base = unsent ?? { path, etag, was, content: { period: option.value, unit: "", target: null, actual: null, ...was } };
  const given = [...fields].filter(([name, text]) => name in base.content && text.trim());
  const content = { ...base.content, ...toAmounts(Object.fromEntries(given)) };
  return [{ path: base.path, etag: base.etag, was: base.was, content, words: option.textContent.trim() }];
}

// Amounts as the API takes them, whether they were typed with a comma or a point.
const toAmount = (text) => (text === "" ? null : Number(String(text).trim().replace(",", ".")));

function toAmounts(values) {
  const amounts = ["target", "actual"].filter((name) => name in values);
  return { ...values, ...Object.fromEntries(amounts.map((name) => [name, toAmount(values[name])])) };
}

// Returns what is to be sent: {path, etag, was, content, words}, nothing if the form says nothing yet.
export async function buildDrafts(journal, owner, form, day) {
  const fields = new FormData(form);
  const { save } = form.dataset;
  if (isFollowUp(form)) return buildFollowUp(form, fields);
  if (save === "acts") return buildActs(form, fields, day);
  if (save === "numbers") {
    const isEmpty = !["target", "actual"].some((name) => fields.get(name).trim());
    return isEmpty ? [] : buildNumber(journal, owner, form, fields);
  }
  return buildEntry(save, fields, day);
}
