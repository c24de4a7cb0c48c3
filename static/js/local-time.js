// Converts the UTC instants in a part of a page to the leader's time zone.
export function showLocalTimes(part) {
  for (const time of part.querySelectorAll("time[data-zone]")) {
    const at = new Date(time.dateTime);
    try {
      time.textContent = new Intl.DateTimeFormat("en-GB", {
        day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit",
        timeZone: time.dataset.zone,
      }).format(at).replace(" at ", ", ");
    } catch {
      // A zone that this browser does not know yet: the UTC time stays.
    }
  }
}

showLocalTimes(document);
