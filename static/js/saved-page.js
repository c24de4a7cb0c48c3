// Shows on a page that the worker saved for offline use when that was.
const line = document.getElementById("saved-page-notice");
const { keptAt } = document.documentElement.dataset;

if (keptAt) {
  line.querySelector("time").textContent = new Intl.DateTimeFormat("en-GB", {
    weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit",
  }).format(new Date(keptAt));
  line.hidden = false;
}
