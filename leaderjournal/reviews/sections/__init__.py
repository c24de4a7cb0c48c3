"""What the page of a month, the page of a year and the PDF show alike."""
