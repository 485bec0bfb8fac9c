"""The rules of a message tree and of undo; pure."""
