"""Finding what was written: words, phrases and people, in ten years of days."""
