"""Monthly reviews that come from a file."""
