"""What a task is and may do. Pure."""
