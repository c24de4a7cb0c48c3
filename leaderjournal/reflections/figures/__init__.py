"""What can be counted of days without decrypting them."""
