"""Schedules: a leader's times, weekdays, quiet hours, pauses and snoozes."""
