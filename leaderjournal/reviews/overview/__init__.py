"""What the first screen of a month or a year shows of the keys and of its sections."""
