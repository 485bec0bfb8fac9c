"""Looks at all, nobody looks at it: metrics and logs."""
