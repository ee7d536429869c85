"""blogstack."""
