"""Writes shards as Parquet files for the Hub, and reads the record in their footers."""

import json
from typing import Any, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from solver.schema import ENCODED, SCHEMA

from .store import Store

ROW_GROUP = 10_000
"""Rows per Parquet row group: small enough for the Hub's viewer and for streaming readers."""

_RECORD = b"wirework"
_CHUNKING = {"min_chunk_size": 512 * 1024, "max_chunk_size": 1024 * 1024, "norm_level": 3}
"""Content-defined page boundaries, at about 600 KB of text: compressed, a page is one 64 KB chunk of the Hub."""


class ShardRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Facts of a shard, stored in its footer; the manifest is computed from them."""

    rows: int
    content: str
    """The content hash of its rows, see `schema.content_hash`."""


Record = TypeVar("Record", bound=ShardRecord)


def to_parquet(table: pa.Table, record: ShardRecord) -> pa.Buffer:
    """Return a table of the schema as a Parquet file with the shard's record in its footer."""
    text = json.dumps(msgspec.to_builtins(record), sort_keys=True)
    schema = SCHEMA.with_metadata({_RECORD: text.encode()})
    data = pa.BufferOutputStream()
    with pq.ParquetWriter(
        data,
        schema,
        compression="zstd",
        use_dictionary=ENCODED,
        write_statistics=[*ENCODED, "id", "answer"],
        write_page_index=True,
        use_content_defined_chunking=_CHUNKING,
    ) as writer:
        if len(table):  # streams of `datasets` fail at a row group without rows, and skip a file without row groups
            writer.write_table(table.replace_schema_metadata(schema.metadata), row_group_size=ROW_GROUP)
    return data.getvalue()


def read_record(files: Store, name: str, kind: type[Record]) -> Record | None:
    """Return the record of a finished shard, or None if the file is missing or is not a complete shard."""
    try:
        with files.open(name) as file:
            return parse_record(pq.read_schema(file).metadata, kind)
    except (FileNotFoundError, pa.ArrowInvalid):
        return None


def parse_record(metadata: dict[bytes, Any] | None, kind: type[Record]) -> Record | None:
    """Return the record in the metadata of a Parquet schema, or None if it has none of this kind."""
    try:
        return msgspec.json.decode((metadata or {}).get(_RECORD, b""), type=kind)
    except msgspec.MsgspecError:
        return None
