"""Text to templates in one process, `compile_text` without lint, in turns with its yardstick; prints processor times.

The yardstick is PyYAML's C loader reading back the templates that were just written: the same amount of text, the
same mix of compiled and interpreted code, and no code of blogstack. Garbage collection is set as in the command.
"""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import yaml

from benchmarks.services import renamed
from blogstack.pipeline import Compilation, compile_text

T = TypeVar("T")
U = TypeVar("U")


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's short functions as their argument."""


def _function(loader: yaml.CSafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _function)


_BLOCK = 20
"""Files of each in turn: as many files are compiled one after the other, not with something else in between."""


def main() -> None:
    """Compile FILE under COUNT names."""
    source, count = Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2])
    begin = time.process_time()
    first = compile_text("blogstack.yaml", source.encode())
    took = time.process_time() - begin
    gc.freeze()
    gc.set_threshold(200_000)
    ours: list[float] = []
    yardstick: list[float] = []
    for block in range(0, count, _BLOCK):
        compiled = [_timed(ours, _compile, renamed(source, number)) for number in range(block, block + _BLOCK)]
        if not all(_timed(yardstick, _read_back, compilation) for compilation in compiled):
            sys.exit("wrong result: nothing to read back")
    counts = {"services": len(first.blueprints), "templates": len(first.templates)}
    print(json.dumps({"first": took, "ours": ours, "yardstick": yardstick, **counts}))


def _timed(times: list[float], work: Callable[[T], U], what: T) -> U:
    begin = time.process_time()
    result = work(what)
    times.append(time.process_time() - begin)
    return result


def _compile(text: str) -> Compilation:
    compilation = compile_text("blogstack.yaml", text.encode())
    if compilation.failed:
        sys.exit(f"wrong result: {compilation.diagnostics}")
    return compilation


def _read_back(compilation: Compilation) -> int:
    return sum(len(yaml.load(template.text, _Loader)["Resources"]) for template in compilation.templates)  # noqa: S506


if __name__ == "__main__":
    main()
