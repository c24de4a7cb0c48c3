"""What days say, without when and how it was written."""
