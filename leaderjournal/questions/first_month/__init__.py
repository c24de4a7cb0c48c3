"""The thirty questions of a leader's first month."""
