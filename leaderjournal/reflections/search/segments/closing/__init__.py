"""Packing the days of settled months, and checking what is packed."""
