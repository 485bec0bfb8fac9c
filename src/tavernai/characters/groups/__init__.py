"""Groups: several characters who chat together, and the rules of who speaks."""
