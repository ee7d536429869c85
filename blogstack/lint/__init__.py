"""cfn-lint, and a cache of the templates that it found clean."""
