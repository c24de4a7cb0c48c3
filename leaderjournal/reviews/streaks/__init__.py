"""The streak, its freezes, and the steadiness that outlives it."""
