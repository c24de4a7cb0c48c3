"""What a leader does between reflections: people, commitments, hand-offs, wins, the number."""
