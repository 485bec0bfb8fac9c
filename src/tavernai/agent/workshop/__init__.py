"""Trying things out before they are used: lore, presets and scripts on what is there, without a model."""
