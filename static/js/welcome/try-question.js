// Lets a visitor answer a question on the welcome page. What they write is stored on this device
// alone, with the local day it was written on.
import "../offline/rules.js";
import { clearKeptAnswer, formatDay, getKeptAnswer, keepAnswer } from "./kept-answer.js";

const card = document.getElementById("try-question");
const fields = card.querySelector("fieldset");
const area = fields.querySelector("textarea");
const status = document.getElementById("try-status");
const actions = document.getElementById("try-actions");
const nothingYet = status.textContent;

let kept = null; // what this device holds
let storing = Promise.resolve();
let waiting = 0; // changes that are not stored yet

const readScore = () => Number(card.querySelector(".pane input:checked")?.value) || null;
const isEmpty = () => !readScore() && !area.value.trim();

function say(text) {
  if (status.textContent !== text) status.textContent = text;
  actions.hidden = isEmpty();
}

function getToday() {
  const time_zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return localDay(new Date(), { time_zone, day_starts_at: card.dataset.dayStartsAt });
}

// An answer keeps its first day and its question for as long as it is on this device.
function readAnswer() {
  const { key, keyName, behaviour, question } = card.dataset;
  return {
    key, behaviour: behaviour || null, question,
    key_name: keyName,
    behaviour_name: card.querySelector("[data-behaviour-name]")?.textContent ?? null,
    question_text: card.querySelector(".question").textContent,
    local_date: getToday(),
    ...kept,
    score: readScore(), text: area.value, written_at: new Date().toISOString(),
  };
}

function show(answer) {
  kept = answer;
  if (answer.question !== card.dataset.question) showQuestion(answer);
  area.value = answer.text;
  for (const radio of card.querySelectorAll(".pane input")) radio.checked = Number(radio.value) === answer.score;
  area.dispatchEvent(new CustomEvent("filled"));
  showStored();
}

// An earlier day asked another question, maybe under another key.
function showQuestion({ key, key_name, behaviour_name, question_text }) {
  card.className = `card try key-${key}`;
  const name = card.querySelector(".key-name");
  for (const symbol of card.querySelectorAll(".symbol")) {
    symbol.replaceWith(document.querySelector(`.key-lines .key-${key} .symbol`).cloneNode(true));
  }
  [...name.childNodes].find((node) => node.nodeType === Node.TEXT_NODE && node.data.trim()).data = key_name;
  const behaviour = name.querySelector("[data-behaviour-name]");
  if (behaviour) behaviour.textContent = behaviour_name ?? "";
  card.querySelector(".question").textContent = question_text;
}

function showStored() {
  const day = kept.local_date === getToday() ? "today" : formatDay(kept.local_date);
  say(`Your answer from ${day} is on this device. Nothing is sent, and after a week it is deleted.`);
}

async function store() {
  waiting += 1;
  storing = storing.then(async () => {
    waiting -= 1;
    if (waiting) return; // a newer change stores everything
    if (isEmpty()) return clear();
    const answer = readAnswer();
    await keepAnswer(answer);
    kept = answer;
    showStored();
  }).catch(warn);
  return storing;
}

async function clear() {
  kept = null;
  await clearKeptAnswer();
  say(nothingYet);
}

function warn(failure) {
  console.info("Nothing can be kept on this device:", failure?.name);
  say("This browser stores nothing. Your answer is gone when you leave this page.");
}

function clearAll() {
  area.value = "";
  for (const radio of card.querySelectorAll("input:checked")) radio.checked = false;
  area.dispatchEvent(new CustomEvent("filled"));
  card.querySelector(".pane input").focus();
  return store();
}

// A tapped link waits until the answer is stored, which nobody notices.
async function follow(event) {
  const link = event.target.closest("a[href]");
  if (!link || !waiting || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  await storing;
  location.assign(link.href);
}

async function start() {
  const answer = await getKeptAnswer().catch(warn);
  fields.disabled = false;
  if (answer) show(answer);
  fields.addEventListener("input", store);
  fields.addEventListener("change", store);
  actions.querySelector("button").addEventListener("click", clearAll);
  document.addEventListener("click", follow);
}

start();
