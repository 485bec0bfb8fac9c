"""What a person tunes, versioned and revertible: values by path, in layers from everybody down to one conversation."""
