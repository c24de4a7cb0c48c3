"""What a month or a year looks like: lines, weekdays, behaviours, quarters, and their marks."""
