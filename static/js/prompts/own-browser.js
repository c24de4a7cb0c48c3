// Unfolds the help for the browser at hand.
import { browserName } from "./browser-ways.js";

const name = browserName();
for (const help of document.querySelectorAll("details[data-browsers]")) {
  if (help.dataset.browsers.split(" ").includes(name)) help.open = true;
}
