"""The console script, and `python -m blogstack`.

Start-up is half of a short run, so two things are changed here. Garbage collection skips what is imported, which stays,
and runs a hundred times less often than by default, because a compilation makes few reference cycles. pydantic does not
search the user's environment for plugins, which belong to other programs.
"""

from __future__ import annotations

import gc
import os


def main() -> None:
    """Start the command line."""
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    gc.disable()
    from blogstack.cli import app as cli

    gc.freeze()
    gc.set_threshold(70_000)
    gc.enable()
    cli.run()


if __name__ == "__main__":
    main()
