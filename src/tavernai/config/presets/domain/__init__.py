"""Which kind of preset a file is, and what of it is kept."""
