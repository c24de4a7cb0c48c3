"""Which days a leader means to practise: weekdays, pauses, and days cut short by a journey."""
