"""What AWS says."""
