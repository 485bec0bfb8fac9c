"""What comes from elsewhere and goes there: SillyTavern's files and prompts."""
