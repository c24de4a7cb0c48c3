"""What stood out in a month, in plain words."""
