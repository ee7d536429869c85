"""The blog container: the service that the templates wrap, and the example to copy."""
