// Opens the help for this browser.
import { getBrowserName } from "./browser-support.js";

const name = getBrowserName();
for (const help of document.querySelectorAll("details[data-browsers]")) {
  if (help.dataset.browsers.split(" ").includes(name)) help.open = true;
}
