"""People: the team, what was done for each of them, merging and forgetting them."""
