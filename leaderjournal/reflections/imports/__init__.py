"""Days from an imported journal."""
