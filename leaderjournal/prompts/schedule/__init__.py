"""The schedule: when a leader is asked."""
