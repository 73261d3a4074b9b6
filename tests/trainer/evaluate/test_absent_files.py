from __future__ import annotations

import numpy as np

from engine.stored_embeddings import FileEmbeddings
from engine.vector_index import VectorIndex
from trainer.evaluate.absent_files import library_of

AXES = np.eye(4, dtype=np.float32)


def test_what_was_heard_is_a_library_in_the_same_order() -> None:
    heard = [FileEmbeddings(AXES[[axis]], AXES[axis]) for axis in (2, 0, 3)]
    with library_of(heard, "small", 0.5) as (library, ids):
        found, (likeness,) = VectorIndex(library.index_db, "small").clip_scores(AXES[[0]], ids)
        assert found[likeness.argmax()] == ids[1]
        assert {file.duration_s for file in library.files(ids).values()} == {0.5}
        assert not any(root.path.exists() for root in library.roots())
