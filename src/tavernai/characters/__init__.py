"""Cards, the characters made of them, and the personas of the people who talk to them."""
