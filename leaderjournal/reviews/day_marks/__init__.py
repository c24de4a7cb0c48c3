"""What each day was to the practice."""
