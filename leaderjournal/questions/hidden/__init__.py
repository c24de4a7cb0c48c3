"""The catalogue questions that a leader has hidden."""
