"""The trash of the practice log: deleting an entry, undoing that, and purging it."""
