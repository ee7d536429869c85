"""Runs a plan: its steps in AWS, in parallel where their needs allow it."""
