"""What a new leader is told once: which tips they have closed."""
