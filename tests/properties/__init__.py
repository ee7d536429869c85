"""Properties of generated files."""
