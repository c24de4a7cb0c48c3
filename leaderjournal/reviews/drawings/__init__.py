"""Where the marks of the charts stand."""
