"""Whole SillyTavern folders and backups move in: looked at first, then imported, and undone as one."""
