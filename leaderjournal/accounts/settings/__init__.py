"""What a leader sets about themselves: name, zone, start of the day, practice days, language."""
