"""The ways by which a reminder reaches a leader here: devices, mail, a calendar."""
