"""Which addresses are asked for pictures, and which bytes are one. Pure."""
