"""The emulated AWS that tests and the demo deploy to."""
