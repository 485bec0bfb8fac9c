"""The lowest shelf: ids, clock, errors, canonical JSON, the shape of a fact. Imports nothing of ours."""
