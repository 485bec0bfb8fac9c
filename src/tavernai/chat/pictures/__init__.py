"""Pictures that a text names on other servers: fetched by this one, once a person allowed it."""
