"""The web processes: requests are received whole before a thread of the application has them."""
