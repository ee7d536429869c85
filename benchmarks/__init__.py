"""Measures blogstack against yardsticks in the same run: `make bench`."""
