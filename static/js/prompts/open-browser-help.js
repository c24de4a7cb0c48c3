// Puts the help for this browser first, and opens it.
import { getBrowserName } from "./browser-support.js";

const name = getBrowserName();
for (const help of document.querySelectorAll("details[data-browsers]")) {
  if (!help.dataset.browsers.split(" ").includes(name)) continue;
  help.open = true;
  help.parentElement.prepend(help);
}
