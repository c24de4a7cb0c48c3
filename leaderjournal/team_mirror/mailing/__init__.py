"""Links of a mirror on their way by mail: sent by the worker, and nowhere beside an address."""
