"""The blog container: the service that the templates run, and an example to copy."""
