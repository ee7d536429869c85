"""Diagnostics in each format of --diagnostics; a file for each."""
