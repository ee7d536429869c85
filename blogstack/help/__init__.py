"""Explanations of codes and keys."""
