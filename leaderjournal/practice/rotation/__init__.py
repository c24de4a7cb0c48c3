"""The rotation: which questions a day asks, under each key."""
