"""What a network heard in some sounds, as a library: files of a drive that is not there, so that none is needed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.library import Library
from engine.library_rows import FileStat, IndexedFile, Root
from engine.metadata import Metadata
from engine.stored_embeddings import FileEmbeddings


@contextlib.contextmanager
def library_of(
    heard: Sequence[FileEmbeddings], checkpoint_id: str, segment_s: float
) -> Iterator[tuple[Library, list[int]]]:
    """A library, for as long as it is needed, and the ids of its files in the order of the sounds. Their names say
    nothing, so that they can only be found by their sound.
    """
    with TemporaryDirectory() as folder, Library(Path(folder) / "library") as library:
        root = _absent_root(library, Path(folder) / "zq")
        library.register_checkpoint(checkpoint_id, checkpoint_id, heard[0].clip.shape[0], segment_s)
        files = [_file(position, each, root, checkpoint_id, segment_s) for position, each in enumerate(heard)]
        library.store_indexed(files)
        ids = {file.relative_path: file.id for file in library.files_under(root.id)}
        yield library, [ids[file.relative_path] for file in files]


def _absent_root(library: Library, folder: Path) -> Root:
    folder.mkdir()
    root = library.add_root(folder)
    folder.rmdir()
    return root


def _file(position: int, heard: FileEmbeddings, root: Root, checkpoint_id: str, segment_s: float) -> IndexedFile:
    # a name in one word that nobody asks for, without a digit: "a tone of 12 Hz" must not find the twelfth sound
    name = "zq" + "".join(chr(ord("a") + int(digit)) for digit in str(position))
    return IndexedFile(
        root_id=root.id,
        relative_path=Path(name),
        stat=FileStat(size=1, mtime_ns=1, inode=position),
        content_id=position.to_bytes(16, "big"),
        duration_s=len(heard.segments) * segment_s,
        sample_rate_hz=48_000,
        channels=1,
        container="WAV",
        encoding="PCM_16",
        metadata=Metadata(),
        peaks=b"",
        checkpoint_id=checkpoint_id,
        embeddings=heard,
    )
