"""The practice log: people, commitments, hand-offs, wins and the number."""
