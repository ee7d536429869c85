"""cfn-lint, and a cache of its clean verdicts."""
