"""What stood out in the practice log of a month."""
