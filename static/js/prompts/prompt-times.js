// Adds and removes times in place. Without script the same buttons submit the form and get it back.
const list = document.getElementById("prompt-times");
const addButton = document.querySelector("[name=add_time]");
const MAX_TIMES = Number(list.dataset.most);

const listRows = () => [...list.children];

function renumber() {
  for (const [at, row] of listRows().entries()) {
    const input = row.querySelector("input");
    input.id = at ? `times-${at}` : "times";
    input.setAttribute("aria-label", `Time ${at + 1}`);
    const button = row.querySelector("button");
    button.value = at;
    button.querySelector(".visually-hidden").textContent = ` time ${at + 1}`;
    button.hidden = listRows().length === 1;
  }
  addButton.hidden = listRows().length >= MAX_TIMES;
}

addButton.addEventListener("click", (event) => {
  event.preventDefault();
  const row = listRows()[0].cloneNode(true);
  row.querySelector("input").value = "";
  row.querySelector("input").removeAttribute("value");
  list.append(row);
  renumber();
  row.querySelector("input").focus();
});

list.addEventListener("click", (event) => {
  const button = event.target.closest("[name=remove_time]");
  if (!button) return;
  event.preventDefault();
  const row = button.closest("li");
  const next = row.nextElementSibling ?? row.previousElementSibling;
  row.remove();
  renumber();
  next?.querySelector("input").focus();
});
