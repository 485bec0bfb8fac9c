"""The gallery: collections, saved filters, hidden tags, many characters at once, duplicates, archives."""
