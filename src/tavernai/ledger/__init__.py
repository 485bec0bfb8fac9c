"""The one truth: facts appended in order, hash-chained per stream, folded into read tables in the same transaction."""
