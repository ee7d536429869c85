"""Templates and commands against an emulated AWS."""
