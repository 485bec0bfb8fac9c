"""What a lorebook is, and how others write it."""
