// Suggests the names of the team after an @, below the text where a thumb reaches them: loaded with the
// first @. Without script a name is typed like any other word.
const names = [...document.querySelectorAll("#team-names li")].map(({ textContent }) => textContent);
const MAX_NAMES = 4;

const list = Object.assign(document.createElement("div"), { className: "mentions", hidden: true });
list.setAttribute("role", "group");
list.setAttribute("aria-label", "People to name");
let area = null;

const fold = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// Returns the text between the last @ and the caret, null if no name is being typed.
function findTypedName() {
  const before = area.value.slice(0, area.selectionStart);
  return /(?:^|[\s("'])@([^\s@]{0,40})$/u.exec(before)?.[1] ?? null;
}

function insertName(chosen) {
  const typed = findTypedName();
  if (typed === null) { // the caret has gone elsewhere meanwhile
    showNames();
    return;
  }
  const from = area.selectionStart - typed.length;
  area.setRangeText(`${chosen} `, from, area.selectionStart, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  showNames();
}

function showNames() {
  const typed = findTypedName();
  const found = typed === null ? [] : names.filter((each) => fold(each).startsWith(fold(typed)));
  list.hidden = !found.length;
  list.replaceChildren(...found.slice(0, MAX_NAMES).map((each) => {
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "secondary", textContent: each,
    });
    button.addEventListener("click", () => insertName(each));
    return button;
  }));
}

// Shows the names that fit what is being typed in `typedIn`.
export function suggestNames(typedIn) {
  if (area !== typedIn) typedIn.after(list);
  area = typedIn;
  showNames();
}

document.getElementById("day").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || list.hidden) return;
  list.hidden = true;
  area.focus();
});
