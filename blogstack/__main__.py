"""The console script, and `python -m blogstack`.

Half of a short run is its start: what is imported stays, so looking for garbage in it is wasted, and pydantic's
plugins, which it would look for in the user's environment, belong to other programs. Little of what a compilation
leaves behind refers to itself, so that garbage is looked for a hundred times less often than usual.
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
