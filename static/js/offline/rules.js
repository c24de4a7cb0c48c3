// What the device decides without asking anybody: which texts are the same, how two versions of a day
// or a draft merge, and which local day it is. Pure functions over plain values, for the pages and the
// worker alike: a classic script that puts them on `self`.

// ---- the content of a day, as in the API: {answers: [{key, behaviour, question, score, text}], note,
// commitment}
{
  const EMPTY = Object.freeze({ answers: Object.freeze([]), note: "", commitment: "" });
  const plain = (text) => (text ?? "").replace(/\r\n?/g, "\n").trim();
  const texts = ["note", "commitment"];

  const answersOf = ({ answers = [] }) => new Map(answers.map((answer) => [answer.key, answer]));
  const answerIn = (answers, key) => answers.get(key) ?? { key, score: null, text: "" };
  const keysOf = (...days) => [...new Set(days.flatMap(({ answers = [] }) => answers.map(({ key }) => key)))];

  // Two days are the same if scores and texts agree: a server may trim and reorder.
  function isSame(one, other) {
    const [a, b] = [answersOf(one), answersOf(other)];
    return texts.every((name) => plain(one[name]) === plain(other[name]))
      && keysOf(one, other).every((key) => {
        const [left, right] = [answerIn(a, key), answerIn(b, key)];
        return (left.score ?? null) === (right.score ?? null) && plain(left.text) === plain(right.text);
      });
  }

  const isCompleted = (day) => !isSame(day, EMPTY);

  // Merges a day that was changed from `base` to `mine` on this device with `theirs`: fields changed
  // on this device, and the other fields of `theirs`.
  function mergeChanges(base, mine, theirs) {
    const [b, m, t] = [base, mine, theirs].map(answersOf);
    // White space at an end is no change, and is not removed while somebody is typing.
    const isOwn = (was, now, there) => plain(now) !== plain(was) || plain(now) === plain(there);
    const chosen = (was, now, there) => (isOwn(was, now, there) ? now : there) ?? "";
    const answers = keysOf(theirs, mine, base).map((key) => {
      const [was, now, there] = [b, m, t].map((answers) => answerIn(answers, key));
      const scoreChanged = (now.score ?? null) !== (was.score ?? null);
      const textChanged = plain(now.text) !== plain(was.text);
      const score = (scoreChanged ? now : there).score ?? null;
      const text = chosen(was.text, now.text, there.text);
      // The question belongs to the words that answer it, or else to the score.
      const { behaviour = null, question = null } = (plain(text) ? textChanged : scoreChanged) ? now : there;
      return { key, behaviour, question, score, text };
    });
    return {
      answers: answers.filter(({ score, text }) => score || plain(text)),
      note: chosen(base.note, mine.note, theirs.note),
      commitment: chosen(base.commitment, mine.commitment, theirs.commitment),
    };
  }

  // Whether `later` contains everything in `earlier`, as it does while one types on.
  function contains(later, earlier) {
    const [l, e] = [answersOf(later), answersOf(earlier)];
    return texts.every((name) => plain(later[name]).includes(plain(earlier[name])))
      && keysOf(earlier).every((key) => {
        const [after, before] = [answerIn(l, key), answerIn(e, key)];
        return (!before.score || before.score === after.score)
          && plain(after.text).includes(plain(before.text));
      });
  }

  const fromReply = ({ answers, note, commitment }) => ({ answers, note, commitment });

  // A day in a reply of the server, as this device stores it.
  const toStoredDay = (reply, etag = `${reply.id.replaceAll("-", "")}-${reply.version}`) => (
    { etag, content: fromReply(reply), at: reply.saved_at }
  );

  self.dayContent = Object.freeze({ EMPTY, isSame, isCompleted, mergeChanges, contains, fromReply, toStoredDay });
}

// ---- the content of a draft that is saved as a whole, such as a monthly review: plain fields, as in
// the API
{
  const plain = (value) => (typeof value === "string" ? value.replace(/\r\n?/g, "\n").trim() : value ?? "");
  const agree = (one, other) => plain(one) === plain(other);
  const isSame = (one, other) => Object.keys(one).every((name) => agree(one[name], other[name]));

  // Merges a draft that was changed from `was` to `mine` on this device with `theirs`: fields changed on
  // this device, and the other fields of `theirs`.
  const mergeChanges = (was, mine, theirs) => Object.fromEntries(Object.keys(mine).map((name) => (
    [name, agree(mine[name], was[name]) && !agree(mine[name], theirs[name]) ? theirs[name] : mine[name]]
  )));

  // Whether both sides changed a field, so that one text supersedes the other.
  const hasConflict = (was, mine, theirs) => Object.keys(mine).some((name) => (
    [mine[name], theirs[name]].every((text) => !agree(text, was[name])) && !agree(mine[name], theirs[name])
  ));

  const pickFields = (shape, reply) => Object.fromEntries(Object.keys(shape).map((name) => [name, reply[name]]));

  self.draftContent = Object.freeze({ isSame, mergeChanges, hasConflict, pickFields });
}

// ---- which local day it is for a leader: the date on the clock of their zone, less the hour at which
// their days begin. The rule is that of `kernel/days.py`.
{
  function localDay(at, { time_zone: zone, day_starts_at: startsAt }) {
    const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", {
      timeZone: zone, hourCycle: "h23",
      year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit",
    }).formatToParts(at).map(({ type, value }) => [type, value]));
    const date = `${parts.year}-${parts.month}-${parts.day}`;
    return `${parts.hour}:${parts.minute}` < startsAt ? daysAfter(date, -1) : date;
  }

  function daysAfter(date, days) {
    const day = new Date(`${date}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + days);
    return day.toISOString().slice(0, 10);
  }

  self.localDay = localDay;
  self.daysAfter = daysAfter;
}
