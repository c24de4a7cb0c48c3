// Offers the names of the team after an @, below the words where a thumb finds them. Without script
// a name is written like any other word.
const names = [...document.querySelectorAll("#team-names li")].map(({ textContent }) => textContent);
const form = document.getElementById("day");
const MOST = 4;

const offered = Object.assign(document.createElement("div"), { className: "mentions", hidden: true });
offered.setAttribute("role", "group");
offered.setAttribute("aria-label", "People to name");
let area = null;

const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

// What stands between the last @ and the caret, null where no name is being written.
function begun() {
  const before = area.value.slice(0, area.selectionStart);
  return /(?:^|[\s("'])@([^\s@]{0,40})$/u.exec(before)?.[1] ?? null;
}

function name(chosen) {
  const written = begun();
  if (written === null) { // the caret has gone elsewhere meanwhile
    offer();
    return;
  }
  const from = area.selectionStart - written.length;
  area.setRangeText(`${chosen} `, from, area.selectionStart, "end");
  area.dispatchEvent(new Event("input", { bubbles: true }));
  area.focus();
  offer();
}

function offer() {
  const sought = begun();
  const found = sought === null ? [] : names.filter((each) => folded(each).startsWith(folded(sought)));
  offered.hidden = !found.length;
  offered.replaceChildren(...found.slice(0, MOST).map((each) => {
    const button = Object.assign(document.createElement("button"), {
      type: "button", className: "secondary", textContent: each,
    });
    button.addEventListener("click", () => name(each));
    return button;
  }));
}

if (form && names.length) {
  form.addEventListener("input", ({ target }) => {
    if (!target.matches("textarea")) return;
    if (area !== target) target.after(offered);
    area = target;
    offer();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || offered.hidden) return;
    offered.hidden = true;
    area.focus();
  });
}
