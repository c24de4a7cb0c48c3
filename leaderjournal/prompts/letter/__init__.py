"""The fortnightly letter: the leader's own figures, one behaviour and one thing to do."""
