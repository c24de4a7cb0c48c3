"""What each day of a month or a year was to the practice."""
