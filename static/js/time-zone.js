// Preselects the browser's time zone until the leader chooses one. Browsers may know a zone by an
// older name, such as Asia/Calcutta, and each reads both: the option whose name means the same is
// chosen.
const select = document.querySelector("select[data-from-browser]");

const getCanonicalName = (zone) => {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return null; // a zone that this browser does not know
  }
};

if (select) {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const options = [...select.options];
  const own = options.find(({ value }) => value === zone)
    ?? options.find(({ value }) => getCanonicalName(value) === getCanonicalName(zone));
  if (own) select.value = own.value;
}
