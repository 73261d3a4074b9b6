"""Suggestions as if a network had listened: so that tests of what is done with them need none."""

from __future__ import annotations

from engine.library import Library
from engine.library_rows import Suggestion
from engine.suggestions import Basis, Description, MadeOf
from tests.indexed_files import CHECKPOINT


def suggest(library: Library, file_id: int, *tags: Suggestion, caption: str = "") -> None:
    """These tags for a file, in place of others, and a caption."""
    file = library.file(file_id)
    assert file is not None
    with library.index_db.atomic():
        basis = library.suggestions.add_basis(Basis(CHECKPOINT, "made up", 1, b""))
    stored = library.store_descriptions([(file, Description(tags, caption))], MadeOf(basis.id, ""))
    assert stored == 1
