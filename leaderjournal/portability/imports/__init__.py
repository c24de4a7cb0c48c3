"""An import from the file to the days: looked at first, brought in, and taken back where wished."""
