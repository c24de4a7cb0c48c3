// Shows prompts as notifications and handles taps on them.

const LATER_PROMPT = 15 * 60_000; // ms; sooner than this it is the same message again

self.addEventListener("push", (event) => event.waitUntil(queueNotification(() => showPrompt(event.data))));

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(handleClick(event.notification, event.action));
});

self.addEventListener("pushsubscriptionchange", (event) => {
  // A page does it when it starts where it fails here.
  event.waitUntil(pushDevice.renew(self.registration).catch(() => {}));
});

// Chromium loses a notification that is being shown while the shown ones are listed: it is visible,
// but a tap on it does nothing. So notifications are shown one after another.
const queueNotification = (show) => navigator.locks.request("notifications", show);

// Browsers revoke the permission after pushes that show nothing, so every push shows something.
async function showPrompt(message) {
  try {
    await showPayload(message.json().notification);
  } catch {
    await showNotification("Leader Journal", {
      body: "Today’s questions are ready.",
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
  // Buttons that score the day need the sentence that they answer.
  const scored = self.Notification?.maxActions > 0 ? data?.score_sentence : "";
  await showNotification(title, {
    body: scored ? `${body}\n${scored}` : body,
    tag,
    lang,
    actions,
    // A message that arrives twice stays one silent notification; the day's next prompt makes a sound.
    renotify: isLater,
    data: { ...data, navigate, shown_at: Date.now() },
  });
  if (data?.local_date) await self.navigator.setAppBadge?.(1).catch(() => {});
}

function showNotification(title, options) {
  return self.registration.showNotification(title, { icon: ICON, badge: BADGE, ...options });
}

async function handleClick({ data, tag }, action) {
  const { account, local_date, key, navigate } = data ?? {};
  if (account && (action === "snooze" || (action in SCORES && local_date && key))) {
    await handleTap({ account, action, local_date, key, tag, navigate, tapped_at: Date.now() });
  } else {
    await openDay({ navigate, local_date, key });
  }
}

// A page that was open before the worker is a page too.
const listOpenPages = () => self.clients.matchAll({ type: "window", includeUncontrolled: true });

async function openDay({ navigate, local_date, key }) {
  // Only the path counts: a journal can have more host names than its public one.
  const { pathname, search } = new URL(navigate ?? "/", self.location.origin);
  const address = new URL(pathname + search, self.location.origin).href;
  const open = (await listOpenPages()).find(({ url }) => new URL(url).pathname === pathname);
  // Only a page of the same path is reused: another one may have a form that is half filled in.
  if (!open) return self.clients.openWindow(address);
  open.postMessage({ type: "show-key", address, local_date, key });
  return open.focus();
}
