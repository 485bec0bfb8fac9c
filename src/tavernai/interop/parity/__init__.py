"""Proving that we build what SillyTavern builds: its recorded scenarios, run through our engine."""
