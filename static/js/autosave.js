// Saves the day as it is written, and says where the words are. One save runs at a time; the ETag
// of the last one goes with the next, so that nothing written elsewhere is overwritten unseen.
const form = document.querySelector("form[data-autosave]");
const said = document.getElementById("save-said");
const page = document.documentElement;
const etag = form.elements.etag;

const TYPING_PAUSE = 1000; // ms
const FIRST_RETRY = 2000;
const LONGEST_RETRY = 60_000;
const PATIENCE = 4000; // how long a tapped link waits for a save
const KEEPALIVE_BYTES = 30_000; // browsers give 64 KiB to all requests that outlive their page

let held = "held" in form.dataset; // waits for the leader to press Save
let savedAs = held ? null : serialised(); // what the server holds, as far as this page knows
let sending = null; // the body on its way
let saving = null; // and the promise of its answer
let unanswered = []; // bodies that were sent and may have arrived, though no answer came back
let refused = null; // a body that cannot be saved is not sent again until it is changed
let delay = 0; // before the next try; 0 while saves arrive
let timer = 0;
let leaving = false;

function day() {
  const answers = [];
  for (const card of form.querySelectorAll("[data-key]")) {
    const { key } = card.dataset;
    const value = (name) => form.elements[`${name}-${key}`].value;
    const score = Number(card.querySelector(".pane :checked")?.value) || null;
    const text = value("text");
    if (score || text.trim()) {
      const behaviour = value("behaviour") || null;
      answers.push({ key, behaviour, question: value("question") || null, score, text });
    }
  }
  return { answers, note: form.elements.note.value, commitment: form.elements.commitment.value };
}

function serialised() {
  return JSON.stringify(day());
}

// Two days say the same when scores and words agree; the server may trim and reorder.
function gist({ answers = [], note, commitment }) {
  const plain = (text) => (text ?? "").replace(/\r\n?/g, "\n").trim();
  const lines = answers.map(({ key, score, text }) => [key, score ?? 0, plain(text)]);
  const filled = lines.filter(([, score, text]) => score || text).sort();
  return JSON.stringify([filled, plain(note), plain(commitment)]);
}

const isUnsaved = () => held || serialised() !== savedAs;
const tagOf = (answer) => (answer.headers.get("ETag") ?? "").replace(/^W\//, "").replaceAll('"', "");
const problemOf = (answer) => answer.json().catch(() => ({}));

function say(text, { problem = false, link = null } = {}) {
  page.toggleAttribute("data-unsaved", isUnsaved());
  said.classList.toggle("problem", problem);
  if (said.textContent === text + (link?.text ?? "")) return; // not read out twice
  said.textContent = text;
  if (!link) return;
  const a = document.createElement("a");
  Object.assign(a, { href: link.href, textContent: link.text, target: "_blank" });
  said.append(a);
}

function later(wait) {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
}

function retry(why, atLeast = 0) {
  delay = Math.min(Math.max(delay * 2, FIRST_RETRY), LONGEST_RETRY);
  say(`Not saved yet — ${why}; your words stay on this page`, { problem: true });
  later(Math.max(delay * (0.75 + Math.random() / 2), atLeast));
}

function hold(text, link) {
  held = true;
  clearTimeout(timer);
  say(text, { problem: true, link });
}

function put(body, guarded = true) {
  const guard = etag.value ? { "If-Match": `"${etag.value}"` } : { "If-None-Match": "*" };
  unanswered.push(body);
  return fetch(form.dataset.autosave, {
    method: "PUT",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": form.elements.csrf_token.value,
      ...(guarded ? guard : {}),
    },
    body,
    redirect: "error",
    keepalive: new Blob([body]).size < KEEPALIVE_BYTES,
  });
}

function arrived(body, answer) {
  savedAs = body;
  unanswered = [];
  delay = 0;
  etag.value = tagOf(answer); // so that a plain submit still works
  const { answers, note, commitment } = JSON.parse(body);
  const kept = answers.length > 0 || (note + commitment).trim() !== "";
  form.dispatchEvent(new CustomEvent("day-saved", { detail: { kept } }));
}

// The session may have been renewed in another tab. The page that is signed in now tells whose it
// is: words of one leader are never sent into another's journal.
async function renewedToken() {
  const answer = await fetch(location.href, { cache: "no-store" });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const meta = (root, name) => root.querySelector(`meta[name="${name}"]`)?.content;
  const owner = meta(fresh, "journal-owner");
  return owner && owner === meta(document, "journal-owner") ? meta(fresh, "csrf-token") : null;
}

async function notLetIn(body) {
  const token = await renewedToken();
  if (token) {
    form.elements.csrf_token.value = token;
    return send(body, true);
  }
  return hold("Not saved: you are signed out. Your words stay on this page. Sign in, then press Save. ", {
    href: form.dataset.signIn, text: "Sign in in a new tab",
  });
}

async function changedElsewhere(answer) {
  const { current } = await problemOf(answer);
  const stored = current ? gist(current) : null;
  // It may be this page's own words: an earlier save arrived, and its answer was lost.
  const own = unanswered.find((sent) => gist(JSON.parse(sent)) === stored);
  if (own !== undefined) {
    arrived(own, answer);
    if (isUnsaved()) later(0);
    else say("Saved");
    return;
  }
  unanswered = [];
  etag.value = current ? tagOf(answer) : ""; // pressing Save goes on top of what is stored now
  hold("Not saved: this day was changed on another device. Your words stay on this page; press Save to put them on top. ", {
    href: form.dataset.versions, text: "See the other version",
  });
}

async function send(body, renewed = false) {
  const answer = await put(body);
  if (answer.ok) {
    arrived(body, answer);
    if (serialised() === body) say("Saved");
    else later(TYPING_PAUSE);
    return;
  }
  if (answer.status === 412) {
    await changedElsewhere(answer);
    return;
  }
  unanswered.pop();
  if (answer.status === 429 || answer.status >= 500) {
    const seconds = Number(answer.headers.get("Retry-After")) || 0;
    retry("the journal does not answer", seconds * 1000);
  } else if ([400, 401, 403].includes(answer.status) && !renewed) {
    await notLetIn(body);
  } else {
    const { errors = {}, detail = "" } = await problemOf(answer);
    refused = body;
    say(`Not saved: ${Object.values(errors).flat().join(" ") || detail} Your words stay on this page`, { problem: true });
  }
}

function save() {
  clearTimeout(timer);
  const body = serialised();
  if (saving || held || body === refused) return saving;
  if (body === savedAs) {
    say("Saved");
    return null;
  }
  if (!delay) say("Saving…");
  sending = body;
  saving = send(body)
    // Offline, or the answer was lost: what was sent stays in `unanswered`.
    .catch(() => { if (!leaving) retry("no connection"); })
    .finally(() => { saving = sending = null; });
  return saving;
}

function written() {
  if (held || saving) {
    page.toggleAttribute("data-unsaved", isUnsaved());
    if (saving && !delay) say("Saving…");
    return;
  }
  if (delay) return; // the next try takes these words along
  if (isUnsaved()) say("Saving…");
  later(TYPING_PAUSE);
}

const saveNow = () => { if (isUnsaved() && !leaving) save(); };

form.addEventListener("input", ({ target }) => { if (target.type !== "radio") written(); });
form.addEventListener("change", saveNow); // a score chosen, a field left
addEventListener("online", saveNow);
document.addEventListener("visibilitychange", saveNow);

// A plain submit would lose the page, and with it the words, where there is no connection.
form.addEventListener("submit", async (event) => {
  event.preventDefault();
  held = false;
  refused = null;
  await saving;
  delay = 0;
  if (isUnsaved()) save();
  else say(etag.value ? "Saved" : "Nothing is written yet");
});

// A tapped link waits for the words to arrive, so that nobody is asked whether to leave.
document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[href]");
  const plain = link && !link.target && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!plain || event.defaultPrevented || !isUnsaved() || held || delay) return;
  if (link.getAttribute("href").startsWith("#")) return;
  event.preventDefault();
  const out = new Promise((resolve) => { setTimeout(resolve, PATIENCE, "out"); });
  while (isUnsaved() && !held && !delay && serialised() !== refused) {
    if ((await Promise.race([save(), out])) === "out") break;
  }
  location.assign(link.href);
});

addEventListener("beforeunload", (event) => {
  if (isUnsaved()) event.preventDefault();
});
addEventListener("pagehide", () => {
  leaving = true;
  const body = serialised();
  if (held || [savedAs, sending, refused].includes(body)) return;
  // While a save is on its way its ETag is not known, so this one goes without a guard; if the
  // other comes later, it fails on its own. Versions keep whatever is replaced.
  put(body, !saving).then((answer) => { if (answer.ok) arrived(body, answer); }, () => {});
});
addEventListener("pageshow", ({ persisted }) => {
  leaving = false;
  if (persisted) saveNow();
});

page.toggleAttribute("data-unsaved", isUnsaved());
