"""Letters: the prompt for those who cannot or will not have push, by mail or as a calendar."""
