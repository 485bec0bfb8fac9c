"""What a group is. Pure."""
