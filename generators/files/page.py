"""Merges a generated page, README.md, with the text and the metadata that people added to earlier versions of it.

Each generated section stands between two marks, HTML comments that a page does not show. The first mark has a digest of
the section, so that changes inside are noticed. Everything outside the marks is somebody's and is kept. A comment at
the end of the page records the generated metadata; the keys that differ from it are somebody's too.
"""

import hashlib
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from solver.files import decode
from solver.refusal import InputError

FLAG = "--overwrite-page"
"""The option that gives up text which cannot be merged."""
_INTRO = (
    "<!-- wirework: parts between `begin` and `end` are generated. Text outside them and keys added to the metadata "
    "are yours, and are kept. -->"
)
_BEGIN, _END = "<!-- wirework begin: {name} {digest} -->", "<!-- wirework end: {name} -->"
_BLOCK = re.compile(
    r"^<!-- wirework begin: (?P<name>[a-z0-9-]+) (?P<digest>[0-9a-f]{8}) -->\n"
    r"(?P<text>.*?)^<!-- wirework end: (?P=name) -->[ \t]*$",
    re.DOTALL | re.MULTILINE,
)
_MARK = re.compile(r"^<!-- wirework (?:begin|end): .*?-->[ \t]*\n?", re.MULTILINE)
_NOTE = re.compile(r"^<!-- wirework(?:: parts| metadata:).*?-->[ \t]*\n?", re.MULTILINE)
_RECORD = re.compile(r"^<!-- wirework metadata: (.*?) -->", re.MULTILINE)
_FRONT = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_UNMARKED = re.compile(
    r"\A\s*# (?:wirework \S|[^\n]*\n\n[\d,]+ word problems? with their symbolic traces, made and proved by wirework)"
)
"""The beginning of a page that wirework 0.1.0 wrote, without marks."""
_SECTIONS = frozenset(
    {
        "dataset-details",
        "uses",
        "imported-and-dropped-problems",
        "what-became-of-the-problems",
        "dataset-structure",
        "dataset-creation",
        "bias-risks-and-limitations",
        "citation",
    }
)
"""The sections of such a page."""
SUMMARY = "summary"
"""The name of the first block of a page, which has no heading of the second level."""
_TITLE = "#"
"""The key of the page's title among its metadata, and in the record of these."""
DEFAULT = "default"
"""The configuration of a dataset; all others are somebody's."""
_CONFIGS = ("configs", "dataset_info")
_COMPUTED = (*_CONFIGS, "size_categories")
"""Metadata that follows from the rows; the first two also have entries for further configurations."""
_UNIONS = ("tags", "config_names")
"""Lists to unite with those of a page that does not record its generated metadata."""

Additions = dict[tuple[str, ...], Any]
"""The additions of people to a page: keys, items of lists, configurations and sections."""


@dataclass(frozen=True)
class Block:
    """A generated section: its heading and the text below it."""

    name: str
    heading: str
    text: str

    def marked(self, title: str) -> str:
        """Return the section between its marks; the heading stands before them, so that text fits in above it."""
        heading = title if self.name == SUMMARY else self.heading
        begin = _BEGIN.format(name=self.name, digest=_digest(self.text.splitlines()))
        return f"{heading}\n\n{begin}\n{self.text}\n{_END.format(name=self.name)}"


@dataclass
class Page:
    """A page that was read: its metadata, its generated blocks, and the text after each block, "" for the top."""

    metadata: dict[str, Any] = field(default_factory=dict)
    recorded: dict[str, Any] | None = None
    """The metadata as it was generated, or None for a page that does not record it."""
    front: str = ""
    """The metadata as text."""
    blocks: list[Block] = field(default_factory=list)
    chunks: list[tuple[str, str]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The conflicts that cannot be merged, one line each."""
    unmarked: bool = False
    """Whether it is a card of wirework 0.1.0."""


def merge(
    generated: str,
    mine: bytes | None,
    theirs: bytes | None = None,
    *,
    names: tuple[str, str] = ("README.md", "the repository's README.md"),
    ancestor: Callable[[], bytes | None] = lambda: None,
    overwrite: bool = False,
) -> str:
    """Return the generated page, marked, with everything that people added to one or two earlier versions of it.

    `mine` is the folder's page and `theirs` the repository's; `ancestor` returns the version that was last published.
    Raises InputError for what cannot be merged, unless `overwrite` gives it up.
    """
    new = _new(generated)
    pages = [_read(text, new) for text in (mine, theirs) if text is not None]
    labels = [name for name, text in zip(names, (mine, theirs), strict=True) if text is not None]
    faults = [f"{label}: {fault}" for label, page in zip(labels, pages, strict=True) for fault in page.faults]
    found = [_additions(page, new) for page in pages]
    added = found[0] if found else {}
    if len(found) == 2:
        added, differing = _united(found[0], found[1], lambda: _additions(_read(ancestor() or b"", new), new))
        faults += [f"{names[0]}: {what} differs from {names[1]}; make them equal" for what in differing]
    if faults and not overwrite:
        more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
        raise InputError(f"{faults[0]}{more}; {FLAG} writes the page without it")
    for label in (label for label, page in zip(labels, pages, strict=True) if page.unmarked):
        print(
            f"{label}: has no marks (wirework 0.1.0); changes in its generated sections are not kept", file=sys.stderr
        )
    return _written(new, added, [block.name for page in pages for block in page.blocks])


def _given_twice(front: str) -> str | None:
    """Return the first key that stands twice at the top of a metadata block; YAML would take the last one silently."""
    node = yaml.compose(front, Loader=yaml.SafeLoader)
    keys = [key.value for key, _ in node.value] if isinstance(node, yaml.MappingNode) else []
    return next((str(key) for key in keys if keys.count(key) > 1), None)


def _new(text: str) -> Page:
    """Read a page that was just generated: without marks, all of it ours."""
    front, body = _split(text)
    sections = list(_sections(body))
    blocks = []
    for heading, below in sections:
        name = _slug(heading) if heading.startswith("## ") else SUMMARY
        blocks.append(Block(name, heading, below.strip("\n")))
    return Page({**(yaml.safe_load(front) or {}), _TITLE: blocks[0].heading}, None, front, blocks)


def _read(content: bytes, new: Page) -> Page:
    """Read an earlier page, of any origin."""
    faults = []
    try:
        text = decode(content, "")
    except InputError as error:
        text = content.decode(errors="replace")
        faults.append(str(error).removeprefix(", "))
    front, body = _split(text)
    page = Page(front=front, faults=faults)
    try:
        twice = _given_twice(front)
        if twice:
            page.faults.append(f"its metadata has {twice} twice; keep one")
        metadata = yaml.safe_load(front) or {}
        if not isinstance(metadata, dict):
            raise TypeError
        page.metadata = metadata
    except (yaml.YAMLError, TypeError, ValueError, RecursionError):
        page.faults.append("its metadata block is not a YAML mapping; mend it")
    record = _RECORD.search(body)
    if record:
        try:
            page.recorded = dict(json.loads(record[1]))
        except (ValueError, TypeError):
            page.faults.append("the comment with its generated metadata was changed; restore it")
    page.faults += _config_faults(page.metadata)
    body = _NOTE.sub("", body)
    if not _MARK.search(body) and _UNMARKED.match(body):
        page.unmarked = body.lstrip().startswith("# wirework ")
        _read_unmarked(page, body, {block.name for block in new.blocks} | _SECTIONS)
    else:
        _read_marked(page, body)
    return page


def _read_marked(page: Page, body: str) -> None:
    """Fill a page with its blocks and with the text around them."""
    end, after = 0, ""
    for found in _BLOCK.finditer(body):
        name = found["name"]
        heading = str((page.recorded or {}).get(_TITLE, "")) if name == SUMMARY else f"## {name}"
        above, heading, below = _around_heading(body[end : found.start()], heading)
        if name == SUMMARY and heading:
            page.metadata[_TITLE] = heading
        page.chunks += [(after, above), (name, below)]
        lines = found["text"].splitlines()
        if _digest(lines) != found["digest"]:
            inserted = _inserted(lines, found["digest"])
            if inserted is None:
                page.faults.append(f"the generated part `{name}` was changed; move your text out of its marks")
            else:
                page.chunks.append((name, inserted))
        page.blocks.append(Block(name, heading, found["text"].strip("\n")))
        end, after = found.end(), name
    page.chunks.append((after, body[end:]))
    for place, (name, text) in enumerate(page.chunks):
        if _MARK.search(text):
            page.faults.append(f"a mark of a generated part lacks the other one: {_MARK.search(text)[0].strip()}")  # type: ignore[index]
            page.chunks[place] = (name, _MARK.sub("", text))


def _around_heading(text: str, heading: str) -> tuple[str, str, str]:
    """Return the text above a block's own heading, the heading, and the text between it and the block's first mark.

    A title may have been changed: then it is the last heading of its level.
    """
    lines = text.splitlines()
    titles = [place for place, line in enumerate(lines) if line.startswith("# ") and heading.startswith("# ")]
    same = [place for place, line in enumerate(lines) if line[:2] == heading[:2] and _slug(line) == _slug(heading)]
    if not same and not titles:
        return text, "", ""
    place = (same or titles)[-1]
    return "\n".join(lines[:place]), lines[place], "\n".join(lines[place + 1 :])


def _read_unmarked(page: Page, body: str, known: set[str]) -> None:
    """Fill a page of wirework 0.1.0: sections with a generated heading are ours, others are somebody's."""
    after = ""
    for heading, text in _sections(body):
        name = _slug(heading) if heading.startswith("## ") else SUMMARY
        if name in known or (name == SUMMARY and not after):
            page.blocks.append(Block(name, heading, text))
            after = name
        else:
            page.chunks.append((after, f"{heading}\n{text}"))


def _config_faults(metadata: dict[str, Any]) -> Iterator[str]:
    """Yield what bars our configuration: other files under its name, or another one that is loaded by default."""
    for name, entry in _by_config(metadata.get("configs")).items():
        if name != DEFAULT and entry.get("default"):
            yield f"configuration {name!r} is the default, so load_dataset would not find the rows; take `default` from it"
        files = entry.get("data_files")
        if name == DEFAULT and files is not None and not _is_ours(files):
            yield f"configuration {DEFAULT!r} has other data files than this dataset's; give them another name"


def _is_ours(files: Any) -> bool:
    """Return whether data files are those that a generated page names."""
    return isinstance(files, list) and all(
        isinstance(entry, dict) and entry.get("path") == f"data/{entry.get('split')}-*" for entry in files
    )


def _by_config(value: Any) -> dict[str, dict[str, Any]]:
    """Return the entries of a metadata key by the name of their configuration."""
    entries = value if isinstance(value, list) else [value]
    return {str(entry.get("config_name", DEFAULT)): entry for entry in entries if isinstance(entry, dict)}


def _additions(page: Page, new: Page) -> Additions:
    """Return what people added to a page; an item False or a key None was removed."""
    return _further_configs(page) | _metadata_additions(page, new) | _added_sections(page)


def _further_configs(page: Page) -> Additions:
    """Return the configurations beside ours."""
    return {
        (key, name): entry
        for key in _CONFIGS
        for name, entry in _by_config(page.metadata.get(key)).items()
        if name != DEFAULT
    }


def _metadata_additions(page: Page, new: Page) -> Additions:
    """Return the metadata that differ from the generated ones; without a record, a missing key was not removed."""
    added: Additions = {}
    base = new.metadata if page.recorded is None else page.recorded
    for key in (page.metadata.keys() | base.keys()) - {*_COMPUTED}:
        now, was = page.metadata.get(key), base.get(key)
        if now == was or (now is None and page.recorded is None):
            continue
        if isinstance(was, list) and isinstance(now, list) and (page.recorded is not None or key in _UNIONS):
            added |= _list_additions(key, was, now, removed=page.recorded is not None)
        else:
            added[key,] = now
    return added


def _list_additions(key: str, was: list[Any], now: list[Any], *, removed: bool) -> Additions:
    """Return the items that a list has gained, and those that it has lost if they count as removed."""
    added: Additions = {(key, str(item)): True for item in now if item not in was}
    return added | ({(key, str(item)): False for item in was if item not in now} if removed else {})


def _added_sections(page: Page) -> Additions:
    """Return the sections outside the generated blocks; those with one heading are numbered."""
    added: Additions = {}
    for after, chunk in page.chunks:
        for heading, text in _sections(chunk):
            whole = f"{heading}\n{text}".strip()
            if whole:
                name = heading or f"after {after}"
                number = sum(key[1] == name for key in added)
                added["section", name, str(number)] = (after, whole)
    return added


def _united(mine: Additions, theirs: Additions, ancestor: Callable[[], Additions]) -> tuple[Additions, list[str]]:
    """Return the additions of two pages together, and what both have in different versions, where mine is taken.

    An addition that one page lacks is kept: a folder that was built afresh must not delete what stands on the Hub.
    """
    united = {**theirs, **mine}
    contested = [key for key in mine.keys() & theirs.keys() if _value(key, mine) != _value(key, theirs)]
    if not contested:
        return united, []
    before = ancestor()
    differing = []
    for key in sorted(contested):
        was = _value(key, before)
        if was == _value(key, mine):
            united[key] = theirs[key]
        elif was != _value(key, theirs):
            differing.append(
                f"section {key[1].lstrip('# ')!r}" if key[0] == "section" else f"metadata {': '.join(key)}"
            )
    return united, differing


def _named(key: tuple[str, ...]) -> str:
    return "the title" if key == (_TITLE,) else f"metadata {': '.join(key)}"


def _value(key: tuple[str, ...], added: Additions) -> Any:
    """Return an addition; of a section its text, wherever it stands."""
    value = added.get(key)
    return value[1] if value and key[0] == "section" and len(key) == 3 else value


def _written(new: Page, added: Additions, earlier: list[str]) -> str:
    """Return the text of a page with its additions.

    A block that earlier pages have and this one does not stays as a pair of marks if text follows it.
    """
    metadata = _with_additions(new.metadata, added)
    title = str(metadata.pop(_TITLE, ""))
    front = (
        new.front
        if {_TITLE: new.metadata[_TITLE], **metadata} == new.metadata
        else yaml.safe_dump(metadata, sort_keys=False, allow_unicode=True)
    )
    recorded = {key: value for key, value in new.metadata.items() if key not in _CONFIGS}
    after: dict[str, list[str]] = {}
    for key, value in added.items():
        if key[0] == "section" and len(key) == 3:
            after.setdefault(value[0], []).append(value[1])
    blocks = {block.name: block.marked(title) for block in new.blocks}
    order = list(blocks)
    for place, name in enumerate(earlier):
        if name not in blocks and name in after:
            blocks[name] = f"{_BEGIN.format(name=name, digest=_digest([]))}\n{_END.format(name=name)}"
            order.insert(
                order.index(earlier[place - 1]) + 1 if place and earlier[place - 1] in order else len(order), name
            )
    parts = [_INTRO, *after.get("", [])]
    for name in order:
        parts += [blocks[name], *after.get(name, [])]
    record = json.dumps(recorded, ensure_ascii=False).replace("--", "-\\u002d").replace(">", "\\u003e")
    parts.append(f"<!-- wirework metadata: {record} -->")
    return f"---\n{front.strip()}\n---\n\n" + "\n\n".join(parts) + "\n"


def _with_additions(generated: dict[str, Any], added: Additions) -> dict[str, Any]:
    """Return the generated metadata with the additions; our configuration stays first, since it decides the reader."""
    metadata = dict(generated)
    for key, value in added.items():
        if key[0] == "section" and len(key) == 3:
            continue
        if len(key) == 1:
            if value is None:
                metadata.pop(key[0], None)
            else:
                metadata[key[0]] = value
        elif key[0] in _CONFIGS:
            ours = _by_config(metadata.get(key[0]))
            entries = [{"config_name": name, **entry} for name, entry in {**ours, key[1]: value}.items()]
            metadata[key[0]] = entries
        else:
            items = [item for item in metadata.get(key[0], []) if item != key[1]]
            metadata[key[0]] = [*items, key[1]] if value else items
    return metadata


def _split(text: str) -> tuple[str, str]:
    """Return the metadata block and the body of a page."""
    text = text.lstrip("\ufeff").replace("\r\n", "\n")
    found = _FRONT.match(text)
    return (found[1] or "", text[found.end() :]) if found else ("", text)


def _sections(body: str) -> Iterator[tuple[str, str]]:
    """Yield the headings of the first two levels, outside code fences, each with the text below; "" for text on top."""
    heading, fence = "", ""
    lines: list[str] = []
    for line in body.splitlines():
        opened = re.match(r" {0,3}(`{3,}|~{3,})", line)
        if opened and (not fence or (line.strip() == opened[1] and opened[1].startswith(fence))):
            fence = "" if fence else opened[1]
        if not fence and re.match(r"#{1,2} ", line):
            if heading or any(map(str.strip, lines)):
                yield heading, "\n".join(lines)
            heading, lines = line.rstrip(), []
        else:
            lines.append(line)
    if heading or any(map(str.strip, lines)):
        yield heading, "\n".join(lines)


def _slug(heading: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", heading.lower()).strip("-")


def _digest(lines: Iterable[str]) -> str:
    """Return a short digest of lines; blank lines and spaces at the end, which editors change, do not count."""
    text = "\n".join(line.rstrip() for line in lines if line.strip())
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def _inserted(lines: list[str], digest: str) -> str | None:
    """Return the lines that were inserted into a block in one place, or None if it was changed otherwise."""
    lines = [line for line in lines if line.strip()] if len(lines) > 400 else lines
    for size in range(1, min(len(lines), 100) + 1):
        for start in range(len(lines) - size + 1):
            if _digest(lines[:start] + lines[start + size :]) == digest:
                return "\n".join(lines[start : start + size])
    return None
