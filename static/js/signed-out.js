// Tells on the sign-in page that changes on this device are not sent yet. After a session was ended
// on purpose, nothing else of it stays on this device.
import { openJournal, deviceName } from "./offline/device-journal.js";
import { clearDevice, removeAccount } from "./offline/clear-device.js";

const notice = document.getElementById("unsent");

async function showUnsentNotice() {
  const { journal } = await openJournal();
  const leader = await journal.getLeader();
  const { ended } = leader ? await server.getSessionStatus().catch(() => ({ ended: false })) : { ended: false };
  if (ended) await journal.forgetSynced(leader.account);
  else if (leader) await journal.queueUnqueuedDays(leader.account);
  const unsent = await journal.countAllUnsent();
  if (ended && !unsent) await removeAccount(journal, leader.account);
  if (!unsent) return;
  notice.querySelector("[data-unsent]").textContent = unsent === 1
    ? `One change on ${deviceName} is not sent yet.` : `${unsent} changes on ${deviceName} are not sent yet.`;
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", async () => {
    await clearDevice(journal);
    notice.hidden = true;
  });
}

showUnsentNotice().catch((error) => console.info("Nothing is kept on this device:", error?.name));
