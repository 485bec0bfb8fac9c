"""Who is there and what they may: users, passwords, sessions, API keys."""
