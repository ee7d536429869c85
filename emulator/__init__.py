"""An emulated AWS: ministack, made stricter, in a process that ends with the process that started it."""

from emulator.client import Emulator
from emulator.process import EmulatorError

__all__ = ["Emulator", "EmulatorError"]
