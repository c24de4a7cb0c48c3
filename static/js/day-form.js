// The form of a day, read and filled as a day's content (see offline/rules.js).
const TEXTS = ["note", "commitment"];

const findCards = (form) => [...form.querySelectorAll("[data-key]")];
const getField = (form, name, { dataset: { key } }) => form.elements[`${name}-${key}`];

export const readContent = (form) => read(form, "value", "checked");

// The content of the form as it was loaded, before anything was typed.
export const readInitialContent = (form) => read(form, "defaultValue", "defaultChecked");

function read(form, value, checked) {
  const scoreIn = (card) => [...card.querySelectorAll(".pane input")].find((pane) => pane[checked])?.value;
  const answers = findCards(form).map((card) => ({
    key: card.dataset.key,
    behaviour: getField(form, "behaviour", card).value || null,
    question: getField(form, "question", card).value || null,
    score: Number(scoreIn(card)) || null,
    text: getField(form, "text", card)[value],
  }));
  return {
    answers: answers.filter(({ score, text }) => score || text.trim()),
    note: form.elements.note[value],
    commitment: form.elements.commitment[value],
  };
}

// Leaves fields with the same value alone, so that the caret stays.
export function fill(form, content) {
  const answers = new Map(content.answers.map((answer) => [answer.key, answer]));
  for (const card of findCards(form)) {
    const { score = null, text = "" } = answers.get(card.dataset.key) ?? {};
    setValue(getField(form, "text", card), text);
    for (const radio of card.querySelectorAll(".pane input")) {
      radio.checked = Number(radio.value) === score;
    }
  }
  for (const name of TEXTS) setValue(form.elements[name], content[name]);
}

function setValue(area, text) {
  if (area.value === text) return;
  area.value = text;
  area.dispatchEvent(new CustomEvent("filled")); // the text area may have to grow
}

// The questions that the form shows, as the device keeps them.
export function readQuestions(form) {
  return findCards(form).map((card) => ({
    key: card.dataset.key,
    behaviour: getField(form, "behaviour", card).value || null,
    behaviour_name: card.querySelector("[data-behaviour-name]")?.textContent ?? null,
    behaviour_text: card.querySelector("[data-behaviour-text]")?.textContent ?? null,
    score_sentence: card.querySelector("[data-score-sentence]")?.textContent ?? null,
    question: getField(form, "question", card).value || null,
    text: card.querySelector(".question").textContent,
  }));
}

export function showQuestions(form, questions) {
  for (const { key, behaviour, behaviour_name, behaviour_text, question, text, score_sentence } of questions) {
    const card = form.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!card) continue;
    card.querySelector(".question").textContent = text;
    getField(form, "question", card).value = question ?? "";
    getField(form, "behaviour", card).value = behaviour ?? "";
    for (const name of card.querySelectorAll("[data-behaviour-name]")) name.textContent = behaviour_name ?? "";
    card.querySelector(".key-name small").hidden = !behaviour_name;
    card.querySelector("[data-behaviour-text]").textContent = behaviour_text ?? "";
    card.querySelector("[data-behaviour-meaning]").hidden = !behaviour_text;
    // A device may still have questions of a release without the sentence: the key's own stays then.
    if (score_sentence) card.querySelector("[data-score-sentence]").textContent = score_sentence;
  }
}
