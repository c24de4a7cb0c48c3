// Tells on the sign-in page that changes on this device are not sent yet. After a session was ended
// on purpose, nothing else of it stays on this device.
import { journalHere, phone } from "./offline/here.js";
import { takeEverythingOff, takeOff } from "./offline/leaving.js";

const notice = document.getElementById("unsent");

async function showUnsentNotice() {
  const { journal } = await journalHere();
  const leader = await journal.leader();
  const { ended } = leader ? await server.standing().catch(() => ({ ended: false })) : { ended: false };
  if (ended) await journal.forgetSeen(leader.account);
  else if (leader) await journal.queueLeft(leader.account);
  const unsent = await journal.countAllUnsent();
  if (ended && !unsent) await takeOff(journal, leader.account);
  if (!unsent) return;
  notice.querySelector("[data-unsent]").textContent = unsent === 1
    ? `One change on ${phone} is not sent yet.` : `${unsent} changes on ${phone} are not sent yet.`;
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", async () => {
    await takeEverythingOff(journal);
    notice.hidden = true;
  });
}

showUnsentNotice().catch((error) => console.info("Nothing is kept on this device:", error?.name));
