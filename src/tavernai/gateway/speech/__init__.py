"""Reading aloud by a server that speaks, when the browser's own voices are not enough."""
