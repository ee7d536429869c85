"""The JSON Schema, and editors that use it."""
