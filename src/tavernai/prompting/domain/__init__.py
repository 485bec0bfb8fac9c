"""The rules of a prompt: pure, with clock, random source and tokenizer handed in."""
