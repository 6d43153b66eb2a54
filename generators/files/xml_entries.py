"""Reads the entries of an XML file: each element whose children are texts, such as a problem with its question.

A file that declares a document type is refused, so that no entity of it is expanded.
"""

from collections.abc import Iterable, Iterator
from typing import Any
from xml.parsers import expat

from solver.refusal import InputError

_CUT = {
    expat.errors.codes[told]
    for told in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
}
"""The codes of errors that a file has where it was cut."""


def xml_entries(blocks: Iterable[str], name: str) -> Iterator[dict[str, Any]]:
    """Yield the entries of an XML text: an element's attributes, and its children's texts; raise InputError."""
    reader = _Reader(name)
    try:
        for block in blocks:
            reader.parser.Parse(block, False)
            yield from reader.taken()
        reader.parser.Parse("", True)
    except expat.ExpatError as error:
        told = "it ends in the middle" if error.code in _CUT else expat.ErrorString(error.code)
        raise InputError(f"{name}, line {error.lineno}: cannot be read as XML: {told}") from None
    yield from reader.taken()


class _Element:
    """An open element: its name, what is known of its entry, its text, and whether it has grandchildren."""

    def __init__(self, name: str, attributes: dict[str, str]):
        self.name = name
        self.entry: dict[str, Any] = dict(attributes)
        self.text = ""
        self.children = 0
        self.deep = False


class _Reader:
    """The open elements of a file, and the entries that are complete."""

    def __init__(self, name: str):
        self.name = name
        self.open: list[_Element] = []
        self.entries: list[dict[str, Any]] = []
        self.parser = expat.ParserCreate("UTF-8")  # the text is decoded, whatever its first line says
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def taken(self) -> list[dict[str, Any]]:
        """Return the complete entries, and forget them."""
        done, self.entries = self.entries, []
        return done

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.open.append(_Element(name, attributes))

    def _text(self, text: str) -> None:
        self.open[-1].text += text

    def _end(self, name: str) -> None:
        element = self.open.pop()
        if element.children and not element.deep:
            self.entries.append(element.entry)
        if self.open:
            above = self.open[-1]
            above.children += 1
            above.deep = above.deep or bool(element.children)
            above.entry[name] = element.text.strip()
            above.text = ""  # beside children there are only spaces

    def _doctype(self, *_: object) -> None:
        raise InputError(f"{self.name}: declares a document type, whose entities are not read; delete its DOCTYPE")
