"""The commitments written in days."""
