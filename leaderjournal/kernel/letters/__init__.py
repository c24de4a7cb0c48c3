"""How words are compared, found and split: the one way for search, names and counts."""
