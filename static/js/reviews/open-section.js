// Opens the section that the address names, where the browser does not do so itself, and names the
// open section in the address, so that coming back shows it again.
const openTarget = () => {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const section = target && target.closest("details");
  if (!section || section.open) return;
  section.open = true;
  target.scrollIntoView();
};

for (const section of document.querySelectorAll(".fold")) {
  section.addEventListener("toggle", () => {
    const { id } = section.querySelector(".fold-body");
    if (section.open) history.replaceState(history.state, "", `#${id}`);
    else if (location.hash === `#${id}`) {
      history.replaceState(history.state, "", location.pathname + location.search);
    }
  });
}
addEventListener("hashchange", openTarget);
openTarget();
