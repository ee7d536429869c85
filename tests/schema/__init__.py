"""The JSON Schema, in editors."""
