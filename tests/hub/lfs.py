"""Uploads of large files by LFS: the batch call, uploads whole or in parts, verification."""

import re
from collections.abc import Iterator
from pathlib import Path

from .blobs import CHUNK
from .call import Call, Reply, answer
from .refusal import Refusal
from .repos import Repo


def batch(call: Call, repo: Repo) -> Reply:
    """POST /datasets/R.git/info/lfs/objects/batch; a stored object gets no upload action."""
    objects = []
    for wanted in call.json()["objects"]:
        item: dict = {"oid": wanted["oid"], "size": wanted["size"]}
        if not re.fullmatch("[0-9a-f]{64}", wanted["oid"]):
            item["error"] = {"code": 422, "message": "oid is not a sha256"}
        elif not call.hub.blobs.path(wanted["oid"]).exists():
            item["actions"] = actions(call, wanted["oid"], wanted["size"])
        objects.append(item)
    # The real Hub, too, always says "basic"; `chunk_size` marks an upload in parts.
    return answer({"transfer": "basic", "objects": objects})


def actions(call: Call, oid: str, size: int) -> dict:
    """Return the addresses for an object: one, or one a part if it is larger than a part."""
    href, part = f"{call.base}/_lfs/{oid}", call.hub.part_size
    upload: dict = {"href": href}
    if size > part:
        numbers = range(1, -(-size // part) + 1)
        upload["header"] = {"chunk_size": str(part)}
        upload["header"] |= {str(number): f"{href}/{number}" for number in numbers}
    return {"upload": upload, "verify": {"href": f"{href}/verify"}}


def put(call: Call, oid: str) -> Reply:
    """PUT a whole object; it needs no token, like a signed link."""
    call.hub.blobs.add(call.body.pieces(), promised=oid)
    return Reply()


def put_part(call: Call, oid: str, number: str) -> Reply:
    """PUT one part; the completion must name its ETag."""
    sha256 = call.hub.blobs.add(call.body.pieces())
    parts = parts_folder(call, oid)
    parts.mkdir(parents=True, exist_ok=True)
    (parts / number).write_text(sha256)
    return Reply(headers={"ETag": f'"{sha256}"'})


def complete(call: Call, oid: str) -> Reply:
    """POST {parts}: join the parts."""
    parts, pieces = call.json()["parts"], []
    for part in parts:
        stored = parts_folder(call, oid) / str(part["partNumber"])
        if not stored.exists() or part["etag"].strip('"') != stored.read_text():
            raise Refusal(400, f"Part {part['partNumber']} of {oid} was not uploaded")
        pieces.append(call.hub.blobs.path(stored.read_text()))
    call.hub.blobs.add((piece for path in pieces for piece in read(path)), promised=oid)
    return answer({"success": True})


def verify(call: Call, oid: str) -> Reply:
    """POST {oid, size}: confirm that the object has arrived."""
    blob = call.hub.blobs.path(oid)
    if not blob.exists() or blob.stat().st_size != call.json()["size"]:
        raise Refusal(404, f"{oid} has not arrived in that size")
    return answer({"success": True})


def parts_folder(call: Call, oid: str) -> Path:
    """Return the folder that lists the parts of an object until it is complete."""
    return call.hub.blobs.folder / "parts" / oid


def read(path: Path) -> Iterator[bytes]:
    """Read a file piece by piece."""
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            yield piece
