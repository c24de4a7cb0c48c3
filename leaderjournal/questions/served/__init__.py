"""Which questions a day serves."""
