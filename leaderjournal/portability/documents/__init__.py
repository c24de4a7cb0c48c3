"""A month or a year as a PDF."""
