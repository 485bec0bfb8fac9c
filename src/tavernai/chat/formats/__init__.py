"""Chats as other programs write them, read and written. Pure: bytes in, messages out."""
