"""What an import adds to a day that is there already."""
