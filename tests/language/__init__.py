"""The language: what is refused, and where; environments; facts."""
