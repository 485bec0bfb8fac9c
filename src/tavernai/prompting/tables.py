"""Texts of prompts, each stored once and named by its hash; written beside plan.made, in the same unit."""

from sqlalchemy import Column, Table

from tavernai.storage.schema import TRANSIENT, Text, metadata

prompt_parts = Table(
    "prompt_parts",
    metadata,
    Column("hash", Text, primary_key=True),
    Column("text", Text, nullable=False),
    info=TRANSIENT,
)
