"""The way from templates to a running service."""
