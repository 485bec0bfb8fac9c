"""World info: entries of lorebooks, woken by what is said."""
