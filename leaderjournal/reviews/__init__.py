"""Reviews of what a leader wrote: streaks, months, years, words and search."""
