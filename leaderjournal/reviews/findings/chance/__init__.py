"""Whether two groups of scores differ by more than chance would make."""
