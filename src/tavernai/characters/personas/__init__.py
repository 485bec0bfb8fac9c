"""Who a person is to the characters: a name and a description, one of them the default."""
