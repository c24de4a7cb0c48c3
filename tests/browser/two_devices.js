// Two devices of one leader write the same day over a network that drops, delays, doubles and
// reorders what they send. Real code of the devices, a real server; what is simulated is the network
// between them. Returns what went wrong, by seed: nothing, if all is well.
async ({ assets, account, runs }) => {
  await import(`${assets}js/offline/device-journal.js`);
  const KEYS = ["lead-from-front", "protect-and-serve", "let-go"];
  const FIELDS = [...KEYS, "note", "commitment"];
  const leader = { account, time_zone: "Europe/Berlin", day_starts_at: "03:00" };

  // Mulberry32: small, and the same everywhere.
  const dice = (seed) => () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

  function network(chance) {
    const under = { quiet: false, stray: [] };
    const pick = (list) => list[Math.floor(chance() * list.length)];
    async function call(...asked) {
      if (under.quiet) return server.call(...asked);
      const fate = pick(["arrives", "arrives", "arrives", "late", "lost", "unanswered", "twice", "stray", "busy"]);
      if (fate === "lost") throw new TypeError("lost on the way");
      if (fate === "late") await sleep(chance() * 20);
      if (fate === "busy") return new Response("{}", { status: pick([500, 503]) });
      // A copy that arrives much later, after whatever is sent next.
      if (fate === "stray") under.stray.push(sleep(20 + chance() * 40).then(() => server.call(...asked)));
      const [answer] = await Promise.all(fate === "twice" ? [server.call(...asked), server.call(...asked)] : [server.call(...asked)]);
      if (fate === "unanswered") throw new TypeError("the answer is lost");
      return answer;
    }
    return { call, getSessionStatus: server.getSessionStatus, under };
  }

  const textOf = (content, field) => (KEYS.includes(field)
    ? content.answers.find(({ key }) => key === field)?.text ?? "" : content[field]);
  function withField(content, field, change) {
    if (!KEYS.includes(field)) return { ...content, ...change.text !== undefined && { [field]: change.text } };
    const before = content.answers.find(({ key }) => key === field)
      ?? { key: field, behaviour: null, question: null, score: null, text: "" };
    const others = content.answers.filter(({ key }) => key !== field);
    return { ...content, answers: [...others, { ...before, ...change }] };
  }

  class Device {
    constructor(name, date, chance) {
      Object.assign(this, { name, date, chance, typed: [], net: network(chance) });
    }

    async open() {
      this.journal = await openLocalJournal(this.name);
      await this.journal.setLeader(leader);
      this.outbox = createOutbox(this.journal, { server: this.net });
    }

    async restart() {
      this.journal.close();
      await this.open();
    }

    async type(at) {
      const { chance } = this;
      const base = (await this.journal.storeServerDay(account, this.date, null)).content;
      const field = FIELDS[Math.floor(chance() * FIELDS.length)];
      const word = `${this.name.at(-1)}${this.typed.length}${Math.floor(chance() * 1e9).toString(36)}`;
      let mine;
      if (KEYS.includes(field) && chance() < 0.25) {
        mine = withField(base, field, { score: 1 + Math.floor(chance() * 5) });
      } else {
        const before = textOf(base, field);
        const text = before && chance() < 0.5 ? `${before} ${word}` : word;
        mine = withField(base, field, { text });
        this.typed.push(text);
      }
      await this.journal.writeDay(account, this.date, base, mine);
      await this.journal.queueDay(account, this.date, new Date(at + (chance() - 0.5) * 60_000).toISOString());
    }

    send() { return this.outbox.sendAll({ again: true }); }

    // The page is opened and shows what the server has.
    async look() {
      const answer = await this.net.call("GET", `/reflections/${this.date}`).catch(() => null);
      if (!answer?.ok) return;
      const etag = answer.headers.get("ETag").replace(/^W\//, "").replaceAll('"', "");
      await this.journal.storeServerDay(account, this.date, { etag, content: dayContent.fromReply(await answer.json()) });
    }

    async standing() { return (await this.journal.getDay(account, this.date))?.content ?? dayContent.EMPTY; }
  }

  async function run({ seed, date }) {
    const chance = dice(seed);
    const name = `two-devices-${seed}`;
    const devices = ["a", "b"].map((letter) => new Device(`${name}-${letter}`, date, chance));
    for (const device of devices) await device.open();
    let at = Date.parse(`${date}T12:00:00Z`);
    const sending = [];
    for (let step = 0; step < 14; step += 1) {
      const device = devices[Math.floor(chance() * 2)];
      const what = chance();
      at += chance() * 60_000;
      if (what < 0.55) await device.type(at);
      else if (what < 0.8) sending.push(device.send()); // goes on beside what follows
      else if (what < 0.9) await device.look();
      else if (what < 0.95) await Promise.all(sending).then(() => device.restart());
      else await sleep(chance() * 20);
    }
    await Promise.all(sending);
    for (const { net } of devices) net.under.quiet = true;
    await Promise.all(devices.flatMap(({ net }) => net.under.stray));
    for (let round = 0; round === 0 || round < 3 && !await agree(devices); round += 1) {
      for (const device of devices) {
        await device.send();
        await device.look();
      }
    }
    return complaints(devices, date);
  }

  async function agree(devices) {
    const [a, b] = await Promise.all(devices.map((device) => device.standing()));
    const left = await Promise.all(devices.map(({ journal }) => journal.countUnsent(account)));
    return dayContent.isSame(a, b) && !left.some(Boolean);
  }

  async function complaints(devices, date) {
    const wrong = [];
    const [a, b] = await Promise.all(devices.map((device) => device.standing()));
    const left = await Promise.all(devices.map(({ journal }) => journal.countUnsent(account)));
    if (left.some(Boolean)) wrong.push(`unsent: ${left}`);
    if (!dayContent.isSame(a, b)) wrong.push(`they disagree: ${JSON.stringify([a, b])}`);
    const stored = await server.call("GET", `/reflections/${date}`);
    const typed = devices.flatMap((device) => device.typed);
    const versions = [];
    if (stored.ok) {
      const day = await stored.json();
      if (!dayContent.isSame(a, day)) wrong.push(`the server has another day: ${JSON.stringify([a, day])}`);
      const { items } = await (await server.call("GET", `/reflections/${date}/revisions`)).json();
      versions.push(day, ...items);
    }
    const kept = versions.flatMap((version) => FIELDS.map((field) => textOf(version, field)));
    for (const text of typed) {
      if (!kept.some((found) => found.includes(text))) wrong.push(`lost: ${text}`);
    }
    for (const { journal, name } of devices) {
      journal.close();
      indexedDB.deleteDatabase(name);
    }
    return wrong;
  }

  const found = {};
  const queue = [...runs];
  const worker = async () => {
    for (let next; (next = queue.shift());) {
      const wrong = await run(next).catch((failure) => [`${failure}\n${failure.stack}`]);
      if (wrong.length) found[next.seed] = wrong;
    }
  };
  await Promise.all([worker(), worker(), worker()]);
  return found;
}
