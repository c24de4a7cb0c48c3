// Shows a prompt, and does what is tapped on it.

const LATER_PROMPT = 15 * 60_000; // ms; sooner than this it is the same message a second time

self.addEventListener("push", (event) => event.waitUntil(inTurn(() => showPrompt(event.data))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(clicked(event.notification, event.action));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  // What cannot be done here and now, a page does on its start.
  event.waitUntil(promptsDevice.keepOn(self.registration).catch(() => {}));
});

// To list what is shown while another notification is being shown makes Chromium forget that one:
// it is seen, and a tap on it does nothing. So they are shown one after the other.
const inTurn = (show) => navigator.locks.request("notifications", show);

// A browser takes the permission away from a push that shows nothing, so whatever arrives is shown.
async function showPrompt(message) {
  try {
    await showPayload(message.json().notification);
  } catch {
    await showNotification("Leader Journal", {
      body: "Your questions for today are here.",
      tag: "reflect",
      data: { navigate: "/" },
    });
  }
}

async function showPayload({ title, body, navigate, tag, lang, actions, data }) {
  if (typeof title !== "string") throw new TypeError("A notification needs a title.");
  const shownBefore = tag ? await self.registration.getNotifications({ tag }) : [];
  const isLater = shownBefore.some((earlier) => (
    Date.now() - (earlier.data?.shown_at ?? 0) > LATER_PROMPT
  ));
  await showNotification(title, {
    body,
    tag,
    lang,
    actions,
    // A message that arrives twice stays one quiet notification; the day's next prompt is heard.
    renotify: isLater,
    data: { ...data, navigate, shown_at: Date.now() },
  });
  if (data?.local_date) await self.navigator.setAppBadge?.(1).catch(() => {});
}

function showNotification(title, options) {
  return self.registration.showNotification(title, { icon: ICON, badge: BADGE, ...options });
}

async function clicked({ data, tag }, action) {
  const { account, local_date, key, navigate } = data ?? {};
  if (account && (action === "snooze" || (action in SCORES && local_date && key))) {
    await tapped({ account, action, local_date, key, tag, navigate, tapped_at: Date.now() });
  } else {
    await openDay({ navigate, local_date, key });
  }
}

// The page that was open when the worker came is a page too.
const openPages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

async function openDay({ navigate, local_date, key }) {
  // The path alone counts: a journal may be reached under more names than its public one.
  const { pathname, search } = new URL(navigate ?? "/", self.location.origin);
  const address = new URL(pathname + search, self.location.origin).href;
  const open = (await openPages()).find(({ url }) => new URL(url).pathname === pathname);
  // Only a page of the same address is taken: another one may hold a form that is half filled in.
  if (!open) return self.clients.openWindow(address);
  open.postMessage({ type: "show-key", address, local_date, key });
  return open.focus();
}
