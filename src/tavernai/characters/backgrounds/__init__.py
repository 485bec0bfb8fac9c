"""The picture behind a character's chats."""
