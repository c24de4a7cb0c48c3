"""People: what was done for them, and how they stand."""
