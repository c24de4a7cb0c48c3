"""The practice log of a month or a year, in figures."""
