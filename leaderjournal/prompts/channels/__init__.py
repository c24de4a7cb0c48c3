"""The channels by which a reminder reaches a leader: devices, mail and the calendar."""
