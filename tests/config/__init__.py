"""The language's models, and what is derived from them."""
