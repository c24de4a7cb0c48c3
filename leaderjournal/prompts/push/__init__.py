"""Web push: subscriptions, messages and how they are sent."""
