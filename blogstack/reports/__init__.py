"""Diagnostics in the formats that people and tools read."""
