"""The door for people at a terminal: the same services, beside a running server through it."""
