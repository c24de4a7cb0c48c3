"""The months and years that a review looks back on."""
