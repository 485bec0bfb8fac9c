"""Rules of config: the table of paths, and how revisions and layers fold into the values in effect."""
