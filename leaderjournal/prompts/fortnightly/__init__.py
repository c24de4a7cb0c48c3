"""The letter every fortnight: the leader's own figures, one behaviour, one thing to do."""
