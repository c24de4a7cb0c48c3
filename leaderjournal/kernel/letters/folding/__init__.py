"""Folding: two spellings of a word become the same letters."""
