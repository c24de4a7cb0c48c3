"""Accounts: who a leader is, how they sign in, and the calendar they practise by."""
