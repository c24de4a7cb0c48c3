"""Questions from an imported journal."""
