"""The questions a leader writes."""
