"""The tokens in the links of a mirror: each takes one answer."""
