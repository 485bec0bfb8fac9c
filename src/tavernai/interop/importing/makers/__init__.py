"""What makes the objects of an import, kind by kind."""
