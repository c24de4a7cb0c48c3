"""The charts of the keys over the days and the months, with their tables."""
