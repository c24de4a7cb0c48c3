"""When a prompt comes: a leader's times, weekdays, quiet hours, pause and snooze."""
