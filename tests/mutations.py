"""Files as real ones may become: cut off, overwritten, doubled, with odd bytes in between."""

from hypothesis import strategies as st

ODD_PIECES = (b'"', b"\0", b"\r", b"\xff", b"\xe2\x80\xae", b"{", b"]", b",", b"<", b"9" * 400, b"")


def mutate(content):
    """Return a strategy for `content` with one to five random changes."""
    change = st.tuples(
        st.integers(0, len(content)),
        st.integers(0, 40),
        st.sampled_from(ODD_PIECES) | st.binary(max_size=8),
    )
    return st.lists(change, min_size=1, max_size=5).map(lambda changes: _apply(content, changes))


def _apply(content, changes):
    for start, length, piece in changes:
        content = content[:start] + piece + content[start + length :]
    return content
