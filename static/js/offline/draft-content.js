// The content of a draft that is saved as a whole, such as a monthly review: plain fields, as in the API.
// A classic script, for the pages and the worker alike.
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
