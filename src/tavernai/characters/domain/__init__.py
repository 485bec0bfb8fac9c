"""Pure rules: what a card is, how it is read from a file, repaired and written again."""
