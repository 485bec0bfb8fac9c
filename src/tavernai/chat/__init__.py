"""Conversations: message trees folded from the ledger, and undo."""
