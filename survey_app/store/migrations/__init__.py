"""How the shape of the database changed, step by step."""
