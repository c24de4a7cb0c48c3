"""Changing texts in every day, as when a name is forgotten."""
