"""The leader looks back: streaks, months and years."""
