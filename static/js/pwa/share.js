// Text that is shared into the journal from another app lands in today's note: on this device at
// once, and on the server as soon as it can. Without a worker the server shows it in the form.
{
  async function shared(event) {
    const request = event.request.clone();
    try {
      const journal = await openJournal();
      const leader = await journal.getLeader();
      if (!leader) return await fetch(event.request);
      const form = await request.formData();
      const text = ["title", "text", "url"].map((name) => form.get(name)?.trim()).filter(Boolean).join("\n");
      const today = localDay(new Date(), leader);
      const { content } = await journal.getDay(leader.account, today);
      const note = [content.note, text].filter(Boolean).join("\n\n");
      await journal.writeDay(leader.account, today, content, { ...content, note });
      await journal.queueDay(leader.account, today, new Date().toISOString());
      return Response.redirect("/#note", 303);
    } catch (failure) {
      console.info("What was shared goes to the server:", failure?.name);
      return fetch(event.request);
    }
  }

  self.addEventListener("fetch", (event) => {
    const { method, mode, url } = event.request;
    if (method === "POST" && mode === "navigate" && new URL(url).pathname === "/share") {
      event.respondWith(shared(event));
    }
  });
}
