"""Lorebooks ("world info"): books of facts that wake up when they are spoken of."""
