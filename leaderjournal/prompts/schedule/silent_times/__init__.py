"""Times at which no prompt can ever come."""
