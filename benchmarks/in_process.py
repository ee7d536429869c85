"""Text to templates in one process, `compile_text` without lint, in turns with its yardstick; prints processor times.

The yardstick is PyYAML's C loader reading back the very templates that were just written: the same amount of text, the
same mix of compiled and interpreted code, and nothing of ours. Garbage is looked for as the command does it.
"""

import gc
import json
import sys
import time
from pathlib import Path

import yaml

from benchmarks.services import renamed
from blogstack.compiler import Compilation, compile_text


class _Loader(yaml.CSafeLoader):
    """Takes CloudFormation's short functions as what they are applied to."""


def _function(loader: yaml.CSafeLoader, _suffix: str, node: yaml.Node) -> object:
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    assert isinstance(node, yaml.MappingNode)
    return loader.construct_mapping(node, deep=True)


_Loader.add_multi_constructor("!", _function)


def main() -> None:
    """Compile FILE under COUNT names."""
    source, count = Path(sys.argv[1]).read_text(encoding="utf-8"), int(sys.argv[2])
    gc.freeze()
    gc.set_threshold(70_000)
    ours, yardstick = [], []
    for number in range(count + 1):
        content = renamed(source, number).encode()
        begin = time.process_time()
        compilation = compile_text("blogstack.yaml", content)
        middle = time.process_time()
        resources = _read_back(compilation)
        end = time.process_time()
        if compilation.failed or not resources:
            sys.exit(f"wrong result: {compilation.diagnostics}")
        ours.append(middle - begin)
        yardstick.append(end - middle)
    services = len(compilation.blueprints)
    print(json.dumps({"first": ours[0], "ours": ours[1:], "yardstick": yardstick[1:], "services": services}))


def _read_back(compilation: Compilation) -> int:
    return sum(len(yaml.load(template.text, _Loader)["Resources"]) for template in compilation.templates)  # noqa: S506


if __name__ == "__main__":
    main()
