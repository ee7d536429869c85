"""The IAM policies that the commands need."""
