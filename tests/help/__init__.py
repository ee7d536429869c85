"""What a code or a key means."""
