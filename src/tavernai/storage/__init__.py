"""Connections, transactions, migrations: how rows reach an engine, and nothing about what they mean."""
