"""The part of the emulated AWS that runs inside ministack's own environment."""
