"""The direction in which each paragraph of a text is read."""
