"""The width of a text, without a font: the widths of Helvetica's characters, in thousandths of the font's size.

They are Adobe's metrics of the standard font: https://github.com/adobe-type-tools/afdko and, in every TeX distribution,
phvr8a.afm. Arial and Liberation Sans have the same widths; the slack is for wider fonts.
"""

from __future__ import annotations

_SLACK = 1.14
"""DejaVu Sans, often the only font on Linux, is about this much wider."""
_BOLD = 1.07

_GROUPS = {
    191: "'",
    222: "ijl|",
    278: " !,./:;ftI[]\\",
    333: "()-r`{}",
    389: "*",
    500: "cksvxyzJ",
    556: "0123456789abdeghnopqu_#$?L",
    584: "+<=>~",
    611: "FTZ",
    667: "ABEKPSVXY&",
    722: "CDHNRUw",
    778: "GOQ",
    833: "mM",
    889: "%",
    944: "W",
    1015: "@",
}
_WIDTHS = {character: width for width, characters in _GROUPS.items() for character in characters}
_OTHERS = 1000


def text_width(text: str, size: float, bold: bool = False) -> float:
    """The maximum width of a line of text, in the unit of the font's size."""
    width = sum(_WIDTHS.get(character, _OTHERS) for character in text) / 1000 * size * _SLACK
    return width * _BOLD if bold else width
