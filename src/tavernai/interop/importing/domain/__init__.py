"""What lies in a SillyTavern folder and what becomes of it: pure rules."""
