"""What stood out in the scores of a month."""
