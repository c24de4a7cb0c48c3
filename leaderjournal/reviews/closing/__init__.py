"""The moment that closes a day, once its three keys are answered."""
