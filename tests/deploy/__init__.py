"""Templates and commands, on an emulated AWS."""
