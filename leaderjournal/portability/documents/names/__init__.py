"""Leaving names out of PDFs."""
