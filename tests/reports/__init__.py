"""Diagnostics as text, JSON, annotations and SARIF."""
