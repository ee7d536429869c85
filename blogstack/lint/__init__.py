"""cfn-lint, and a cache of what it found clean."""
