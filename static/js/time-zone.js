// Preselects the browser's time zone until the leader chooses one.
const select = document.querySelector("select[data-from-browser]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (select && [...select.options].some((option) => option.value === zone)) select.value = zone;
