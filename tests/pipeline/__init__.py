"""The stages in order, on every reject case."""
