"""Reject cases that cannot be files with comments, such as binary ones, with their diagnostics."""

from __future__ import annotations

from tests.support.diagnostics import HELLO

SAVE = "save the file as UTF-8; a binary file cannot be compiled"
START = "write at least `name:` and `region:`, or let `blogstack init` write a file to start from"
MUCH = "".join(f"    VARIABLE_{n}: {'x' * 300}\n" for n in range(200))

MANY = f"""\
tags: {{{", ".join(f"k{n}: v" for n in range(49))}}}
service:
  command: [{", ".join("a" * 101)}]
  permissions: [{", ".join(['{actions: ["*"], resources: ["*"]}'] * 21)}]

load_balancer:
  allowed_cidrs: [{", ".join(f"10.0.0.{n}/32" for n in range(26))}]
network:
  existing:
    vpc_id: vpc-0123456789abcdef0
    public_subnet_ids: [{", ".join(f"subnet-000000{n:02}" for n in range(21))}]
    private_subnet_ids: [{", ".join(f"subnet-000000{n:02}" for n in range(17))}]
"""

BYTES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "empty": (b"", (f"1:1 E[BS104] the file is empty -> {START}",)),
    "byte order mark alone": (b"\xef\xbb\xbf", ("1:1 E[BS104] the file is empty",)),
    "blank lines": (b" \n\n", ("1:1 E[BS104] the file is empty",)),
    "comments alone": (b"# name: blog-api\n", ("1:1 E[BS104] the file is empty",)),
    "start of a document alone": (b"---\n", ("1:1 E[BS104] the file is empty",)),
    "null": (b"null\n", ("1:1 E[BS104] the file is empty",)),
    "empty text": (b'""\n', ("1:1 E[BS203] expected a mapping, not '' -> write `key: value` lines",)),
    "empty mapping": (
        b"{}",
        (
            "1:1 E[BS202] the key 'name' is missing",
            "1:1 E[BS202] the key 'region' is missing",
        ),
    ),
    "binary": (b"name: \x89PNG\r\n", (f"1:7 E[BS102] byte 0x89 is not UTF-8 text -> {SAVE}",)),
    "UTF-16": (HELLO.encode("utf-16"), ("- E[BS102] the file is UTF-16 text -> save it as UTF-8",)),
    "UTF-16, the other end first": (
        "\ufeffname: x".encode("utf-16-be"),
        ("- E[BS102] the file is UTF-16 text -> save it as UTF-8",),
    ),
    "UTF-32": (HELLO.encode("utf-32"), ("- E[BS102] the file is UTF-32 text -> save it as UTF-8",)),
    "UTF-32, the other end first": (
        "\ufeffname: x".encode("utf-32-be"),
        ("- E[BS102] the file is UTF-32 text -> save it as UTF-8",),
    ),
    "UTF-16 without its mark": (
        HELLO.encode("utf-16-le"),
        ("1:2 E[BS102] the character U+0000 is not allowed in YAML text -> save the file as UTF-8 text...",),
    ),
    "Latin-1": (
        "name: blog-api\ntags: {owner: Zoé}\n".encode("latin-1"),
        (f"2:17 E[BS102] byte 0xe9 is not UTF-8 text -> {SAVE}",),
    ),
    "cut inside a character": ("name: 블로그".encode()[:-1], ("1:9 E[BS102] byte 0xea is not UTF-8 text",)),
    "half a surrogate pair": (b"name: \xed\xa0\x80", ("1:7 E[BS102] byte 0xed is not UTF-8 text",)),
    "NUL": (
        b"name: blog\0api\n",
        ("1:11 E[BS102] the character U+0000 is not allowed in YAML text -> save the file as UTF-8 text...",),
    ),
    "terminal escape": (
        b"name: blog\nregion: \x1b[31mred\n",
        ("2:9 E[BS102] the character U+001B is not allowed in YAML text -> remove it...",),
    ),
    "a line break of Unicode": (
        "name: blog\u2028region: x\n".encode(),
        ("1:11 E[BS102] the character U+2028 is not allowed in YAML text",),
    ),
    "a byte order mark inside": (
        "name: \ufeffblog\n".encode(),
        ("1:7 E[BS102] the character U+FEFF is not allowed in YAML text",),
    ),
    "a byte order mark at the start": (
        b"\xef\xbb\xbf" + HELLO.replace("name", "nmae", 1).encode(),
        ("1:1 E[BS201] unknown key 'nmae' -> did you mean 'name'?",),
    ),
    "line ends of the classic Mac": (
        HELLO.replace("\n", "\r").encode() + b"scaling:\r  max: 0\r",
        ("5:8 E[BS205] scaling.max is out of range: 0 tasks",),
    ),
    "only a tab": (b"\t", ("1:1 E[BS105] YAML does not allow tabs in the indentation",)),
    "a question mark": (b"?", ("1:2 E[BS111] a key is empty",)),
    "too large": (
        HELLO.encode() + b"#" * (256 * 1024),
        ("- E[BS103] the file is larger than 256 KiB -> a blogstack.yaml has a few dozen lines...",),
    ),
    "brackets": (b"[" * 200_000, ("1:33 E[BS109] more than 32 levels of nesting",)),
    "thousands of levels": (
        "".join(f"{' ' * n}a:\n" for n in range(600)).encode(),
        ("33:33 E[BS109] more than 32 levels of nesting",),
    ),
    "as deep as it may be": (
        HELLO.encode() + b"tags: {a: " + b"[" * 30 + b"]" * 30 + b"}\n",
        ("4:11 E[BS203] tags.a must be a string, not a list",),
    ),
    "too many variables": (
        f"{HELLO}service:\n  environment:\n{''.join(f'    V{n}: a{chr(10)}' for n in range(201))}".encode(),
        ("6:5 E[BS205] service.environment has 201 keys -> at most 200 allowed",),
    ),
    "more of everything than there may be": (
        f"{HELLO}{MANY}".encode(),
        (
            "4:7 E[BS205] tags has 49 keys -> at most 47 allowed",
            "6:12 E[BS205] service.command has 101 items -> at most 100 allowed",
            "7:16 E[BS205] service.permissions has 21 items -> at most 20 allowed",
            "10:18 E[BS205] load_balancer.allowed_cidrs has 26 items -> at most 25 allowed",
            "14:24 E[BS205] network.existing.public_subnet_ids has 21 items -> at most 20 allowed",
            "15:25 E[BS205] network.existing.private_subnet_ids has 17 items -> at most 16 allowed",
        ),
    ),
    "a name as long as the file": (
        HELLO.replace("blog-api", "a-" * 100_000).encode(),
        (f"1:7 E[BS205] name is out of range: '{'a-' * 28}a...' has 200000 characters -> use at most 30",),
    ),
    "a template that is too large": (
        f"{HELLO}service:\n  environment:\n{MUCH}".encode(),
        ("- E[BS402] the template of blog-api-service has...",),
    ),
    "too many errors": (
        HELLO.encode() + b"".join(b"k%03d: 1\n" % n for n in range(101)),
        (
            "- E[BS209] 1 more error is not shown -> fix the errors above first, and check that...",
            *(f"{n + 4}:1 E[BS201] unknown key 'k{n:03}'" for n in range(100)),
        ),
    ),
    "too many problems": (
        HELLO.encode() + b"tags: {}\n" * 102,
        tuple(f"{n + 5}:1 E[BS106] duplicate key 'tags', first on line 4" for n in range(100)),
    ),
}
