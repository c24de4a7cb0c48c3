// Chooses the browser's own zone where the leader has not chosen one.
const select = document.querySelector("select[data-from-browser]");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (select && [...select.options].some((option) => option.value === zone)) select.value = zone;
