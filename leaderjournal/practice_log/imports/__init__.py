"""The practice log of an imported journal, and how its import is undone."""
