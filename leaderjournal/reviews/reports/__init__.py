"""A month or a year as a whole."""
