"""A leader's questions: their own, those they hid, and which were asked on which day."""
