"""The words of a month or a year, counted when they are asked for and never stored."""
