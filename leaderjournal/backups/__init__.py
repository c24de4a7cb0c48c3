"""Backups: encrypted copies of everything stored, verified and restored by the operator."""
