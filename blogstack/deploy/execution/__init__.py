"""Runs a plan: its steps in AWS, side by side where their needs allow it."""
