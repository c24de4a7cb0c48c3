// Loads the look back once the day is written, never before.
const form = document.getElementById("day");
const place = document.getElementById("look-back");

if (form && place && !place.children.length) {
  form.addEventListener("day-saved", async ({ detail }) => {
    if (!detail.kept || place.children.length) return;
    const answer = await fetch(place.dataset.from, { redirect: "error" }).catch(() => null);
    if (answer?.ok) place.innerHTML = await answer.text();
  });
}
