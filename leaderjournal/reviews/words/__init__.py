"""The words of a month or a year, counted over what was opened for it and kept nowhere."""
