"""Web push: a message is written for one device, sent to its push service, and answered."""
