"""The short forms with which something is logged from every page."""
