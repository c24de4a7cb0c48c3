"""Password resets: links with which a leader chooses a new password."""
