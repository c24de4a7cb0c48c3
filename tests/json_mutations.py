"""JSON as no app writes it: any field of any type, at any depth."""

from hypothesis import strategies as st

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=9)
    | st.sampled_from(["", "2026-03-02", "9" * 400, "\ud800", "<b", "{", -1, 1e308]),
    lambda value: st.lists(value, max_size=3) | st.dictionaries(st.text(max_size=3), value),
    max_leaves=5,
)


def mutate_json(value):
    """Return a strategy for `value` in which any part may have become anything else."""
    if isinstance(value, dict) and value:
        changed = st.sampled_from(sorted(value)).flatmap(
            lambda field: mutate_json(value[field]).map(lambda part: value | {field: part})
        )
        lost = st.sampled_from(sorted(value)).map(
            lambda field: {name: part for name, part in value.items() if name != field}
        )
        return st.just(value) | changed | lost | VALUES
    if isinstance(value, list) and value:
        changed = st.integers(0, len(value) - 1).flatmap(
            lambda at: mutate_json(value[at]).map(
                lambda part: [*value[:at], part, *value[at + 1 :]]
            )
        )
        return st.just(value) | changed | VALUES
    return st.just(value) | VALUES
