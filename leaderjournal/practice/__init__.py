"""The practice: three keys, their behaviours, the questions, and which of them a day asks."""
