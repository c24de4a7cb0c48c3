"""One module per format of a journal, each with a `FORMAT`. A new module is a new format."""
