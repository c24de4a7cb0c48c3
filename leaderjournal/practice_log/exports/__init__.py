"""The practice log in a full export."""
