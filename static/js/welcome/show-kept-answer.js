// Says on the pages to register and to sign in that an answer is on this device, and has them lead
// to the page that adds it.
import { clearKeptAnswer, formatDay, getKeptAnswer } from "./kept-answer.js";

const notice = document.getElementById("kept-answer");
const marks = document.querySelector("[name=first_answer]");
const next = document.querySelector("[name=next]");

async function showKeptAnswer() {
  const answer = notice && await getKeptAnswer();
  if (!answer) return;
  notice.querySelector("[data-day]").textContent = formatDay(answer.local_date);
  const text = notice.querySelector("[data-text]");
  if (text) {
    text.textContent = answer.text;
    text.hidden = !answer.text.trim();
  }
  const before = next?.value;
  if (marks) marks.value = "1";
  if (next) next.value = `/first-answer?next=${encodeURIComponent(before)}`;
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", async () => {
    await clearKeptAnswer();
    if (marks) marks.value = "";
    if (next) next.value = before;
    notice.hidden = true;
    document.getElementById("kept-answer-cleared").hidden = false;
  });
}

showKeptAnswer().catch((failure) => console.info("Nothing is kept on this device:", failure?.name));
