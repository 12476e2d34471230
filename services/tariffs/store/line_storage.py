"""Tables of lines as Parquet objects under a storage URL; what exists is told by manifests in the database.

An object is named after what determines its content, so that writing it again (after a crash, or twice at once) writes
the same rows. An object without a manifest was never accepted.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

ROWS_PER_GROUP = 131_072


class LineStorage:
    """Parquet objects under one address.

    Args:
        url: ``file://…`` or any address that fsspec knows.
    """

    def __init__(self, url: str) -> None:
        self._filesystem, root = fsspec.core.url_to_fs(url)
        self._root = str(root).rstrip("/")

    @contextmanager
    def writing(self, path: str, schema: Any) -> Iterator[Any]:
        """A writer of one object, which appears under its name only when it is complete."""
        target, half = f"{self._root}/{path}", f"{self._root}/{path}.{uuid4().hex}.half"
        self._filesystem.makedirs(target.rpartition("/")[0], exist_ok=True)
        try:
            with (
                self._filesystem.open(half, "wb") as file,
                pq.ParquetWriter(file, schema, compression="zstd") as writer,
            ):
                yield writer
            self._filesystem.mv(half, target)
        finally:
            if self._filesystem.exists(half):
                self._filesystem.rm(half)

    def write(self, path: str, table: Any) -> None:
        """Write a table as one object."""
        with self.writing(path, table.schema) as writer:
            writer.write_table(table, row_group_size=ROWS_PER_GROUP)

    def blocks(self, path: str, columns: Sequence[str] | None = None) -> Iterator[Any]:
        """The rows of an object, one row group at a time."""
        with self._filesystem.open(f"{self._root}/{path}", "rb") as file:
            parquet = pq.ParquetFile(file)
            for group in range(parquet.num_row_groups):
                yield parquet.read_row_group(group, columns=list(columns) if columns else None)

    def column(self, paths: Iterable[str], name: str) -> Any:
        """One column of several objects, as text."""
        chunks = [chunk for path in paths for block in self.blocks(path, [name]) for chunk in block.column(name).chunks]
        return pa.chunked_array(chunks, pa.string())
