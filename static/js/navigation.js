// What the navigation does with script: links marked `data-opens` open a sheet in place of their page,
// and two keys lead to search and to the list of shortcuts. The sheets are loaded when first opened.

const SHEETS = {
  log: async () => (await import("./practice_log/log-sheet.js")).openLogSheet(),
  shortcuts: async () => (await import("./shortcuts.js")).openShortcuts(),
};

const isPlain = (event) => event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;

// In the capturing phase: what else a tapped link may do on a page has nothing to do then.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-opens]");
  if (!link || !isPlain(event) || link.pathname === location.pathname && !link.hash) return;
  event.preventDefault();
  open(link);
}, true);

let opening = false; // a second tap waits for the first

async function open(link) {
  if (opening) return;
  opening = true;
  link.setAttribute("aria-busy", "true");
  try {
    await SHEETS[link.dataset.opens]();
  } catch {
    location.assign(link.href); // where it cannot be opened here, the page says what is missing
  }
  link.removeAttribute("aria-busy");
  opening = false;
}

// ---- the keyboard

const inField = (element) => element.closest("input, select, textarea, [contenteditable]") !== null;

// A device that stores nothing cannot have turned them off.
function areShortcutsOff() {
  try {
    return localStorage.getItem("shortcuts-off") !== null;
  } catch {
    return false;
  }
}

function openSearch() {
  const field = document.querySelector("[role=search] [type=search]");
  if (field) field.focus();
  else location.assign("/search#q");
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (!["/", "?"].includes(event.key) || inField(event.target)) return;
  if (document.querySelector("dialog[open]") || areShortcutsOff()) return;
  event.preventDefault();
  if (event.key === "/") openSearch();
  else SHEETS.shortcuts().catch(() => {});
});

if (location.hash === "#q") document.querySelector("input#q")?.focus(); // the shortcut led here
