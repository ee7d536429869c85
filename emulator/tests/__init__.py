"""Tests of the emulated AWS: on templates of their own, next to what AWS itself does."""
