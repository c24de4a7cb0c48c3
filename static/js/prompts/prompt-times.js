// Adds and removes times in place. Without script the same buttons send the form and get it back.
const list = document.getElementById("prompt-times");
const adding = document.querySelector("[name=add_time]");
const MOST = Number(list.dataset.most);

const rows = () => [...list.children];

function renumber() {
  for (const [at, row] of rows().entries()) {
    const input = row.querySelector("input");
    input.id = at ? `times-${at}` : "times";
    input.setAttribute("aria-label", `Time ${at + 1}`);
    const button = row.querySelector("button");
    button.value = at;
    button.querySelector(".visually-hidden").textContent = ` time ${at + 1}`;
    button.hidden = rows().length === 1;
  }
  adding.hidden = rows().length >= MOST;
}

adding.addEventListener("click", (event) => {
  event.preventDefault();
  const row = rows()[0].cloneNode(true);
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
