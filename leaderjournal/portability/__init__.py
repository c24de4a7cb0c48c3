"""Imports of journals, exports of everything an account holds, and PDFs."""
