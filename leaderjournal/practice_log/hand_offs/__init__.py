"""Hand-offs: what the leader let go of."""
