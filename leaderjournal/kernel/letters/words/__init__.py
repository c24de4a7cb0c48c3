"""Splitting texts into words, in scripts without spaces too."""
