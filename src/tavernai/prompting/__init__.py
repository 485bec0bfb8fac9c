"""Prompts: from a card, a persona and a chat to the list of messages a model reads, within its budget."""
