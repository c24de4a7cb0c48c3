// Shows a commitment as answered, and takes the answer back. Taking it back is a change like any other:
// stored on the device first and sent when it can be, on top of whatever the server has by then.
const RESULTS = { kept: "Kept.", missed: "Marked as missed." };

const describe = ({ state, due_on: due }) => RESULTS[state] ?? `Moved to ${new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC", weekday: "long", day: "numeric", month: "long",
}).format(new Date(`${due}T00:00:00Z`))}.`;

// `save` stores and sends a draft.
export function showSettled(form, draft, save) {
  const section = form.closest(".commitment");
  const line = section.querySelector("[data-settled]");
  const undo = line.querySelector("[data-undo]");
  const show = (isSettled) => {
    section.classList.toggle("is-settled", isSettled);
    section.toggleAttribute("data-kept", isSettled && draft.content.state === "kept");
    section.querySelector("[data-choices]").hidden = isSettled;
    section.querySelector(".tick").disabled = isSettled;
    line.hidden = !isSettled;
  };
  line.querySelector("span").textContent = describe(draft.content);
  for (const details of section.querySelectorAll("details")) details.open = false;
  section.dataset.undoable = "";
  show(true);
  undo.focus({ preventScroll: true });
  undo.onclick = () => {
    show(false);
    section.querySelector(".tick").focus({ preventScroll: true });
    save({ ...draft, was: draft.content, content: JSON.parse(form.dataset.stored) });
  };
}
