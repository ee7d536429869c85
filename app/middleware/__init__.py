"""What surrounds every request: its name and its line in the log, and its limits."""
