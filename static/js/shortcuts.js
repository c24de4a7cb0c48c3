// The sheet with the shortcuts of the keyboard, and whether they are on for this device.
import { createSheet } from "./sheet.js";

const OFF = "shortcuts-off"; // the name under which the device keeps it
const SHORTCUTS = [["/", "Search your journal"], ["?", "Show these shortcuts"], ["Esc", "Close what is open on top"]];

let sheet = null;

function createList() {
  const list = document.createElement("dl");
  list.className = "shortcuts";
  for (const [key, does] of SHORTCUTS) {
    const row = document.createElement("div");
    const name = document.createElement("dt");
    name.append(Object.assign(document.createElement("kbd"), { textContent: key }));
    row.append(name, Object.assign(document.createElement("dd"), { textContent: does }));
    list.append(row);
  }
  return list;
}

function createSwitch() {
  const label = document.createElement("label");
  label.className = "switch-line";
  const box = Object.assign(document.createElement("input"), { type: "checkbox", checked: !areOff() });
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "");
  });
  label.append(box, "Use / and ? as shortcuts on this device");
  return label;
}

const areOff = () => localStorage.getItem(OFF) !== null;

export function openShortcuts() {
  if (!sheet) {
    const content = document.createElement("div");
    content.className = "sheet-content";
    content.append(createList(), createSwitch());
    sheet = createSheet("Keyboard shortcuts", content);
  }
  if (!sheet.open) sheet.showModal();
}
