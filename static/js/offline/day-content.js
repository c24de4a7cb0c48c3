// The content of a day, as in the API: {answers: [{key, behaviour, question, score, text}], note,
// commitment}. Pure functions for pages and the service worker: a classic script that puts its
// functions on `self`.
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

  self.dayContent = Object.freeze({ EMPTY, isSame, isCompleted, mergeChanges, contains, fromReply });
}
