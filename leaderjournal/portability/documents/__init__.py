"""A month or a year as a PDF that one would hand to a coach."""
