"""Finding names in texts of every script."""
