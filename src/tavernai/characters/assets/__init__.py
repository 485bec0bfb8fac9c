"""Pictures that came with a card: emotions, backgrounds, further icons."""
