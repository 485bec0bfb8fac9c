"""TavernAI Plus: self-hosted role-play with AI characters, on a ledger that forgets nothing."""

__version__ = "0.1.0"
