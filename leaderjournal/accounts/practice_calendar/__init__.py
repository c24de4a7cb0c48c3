"""Which days a leader means to practise: weekdays, pauses, days cut short by a journey."""
