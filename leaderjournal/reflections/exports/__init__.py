"""Days with their whole history, for the full export."""
