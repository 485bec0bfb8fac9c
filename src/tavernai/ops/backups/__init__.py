"""Backups: one file that holds everything, made beside a running server, and the way back."""
