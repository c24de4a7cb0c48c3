// What is written whole beside the days, such as a month's review: plain fields, as the API has them.
// A classic script, for the pages and the worker alike.
{
  const plain = (value) => (typeof value === "string" ? value.replace(/\r\n?/g, "\n").trim() : value ?? "");
  const agree = (one, other) => plain(one) === plain(other);
  const same = (one, other) => Object.keys(one).every((name) => agree(one[name], other[name]));

  // What it says when it is changed from `was` to `mine` here and stands as `theirs` elsewhere: field
  // by field what was changed here, and else what stands.
  const mergeChanges = (was, mine, theirs) => Object.fromEntries(Object.keys(mine).map((name) => (
    [name, agree(mine[name], was[name]) && !agree(mine[name], theirs[name]) ? theirs[name] : mine[name]]
  )));

  // Whether a field was changed here and elsewhere, so that one text takes the place of the other.
  const hasConflict = (was, mine, theirs) => Object.keys(mine).some((name) => (
    [mine[name], theirs[name]].every((text) => !agree(text, was[name])) && !agree(mine[name], theirs[name])
  ));

  const pickFields = (shape, reply) => Object.fromEntries(Object.keys(shape).map((name) => [name, reply[name]]));

  self.draftContent = Object.freeze({ same, mergeChanges, hasConflict, pickFields });
}
