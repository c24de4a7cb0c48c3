"""Invitations: links with which one person may register where registration is by invitation."""
