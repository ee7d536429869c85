"""What the templates hold."""
