"""How a monthly review and its versions are shown."""
