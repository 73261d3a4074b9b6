"""A library that can teach a network: many short tones, of which some have a tag and a caption."""

from __future__ import annotations

from pathlib import Path

from engine.library import Library
from tests.indexed_files import store
from tests.tones import write_sound

TAUGHT, OTHERS = 20, 100  # as many as training needs


def write_taught_library(folder: Path, sounds: Path) -> None:
    """Numbers 1 to TAUGHT are high, have the tag "bell" and a caption; the others are low."""
    tones = [("high", 2500.0 + 50 * number) for number in range(TAUGHT)]
    tones += [("low", 200.0 + 10 * number) for number in range(OTHERS)]
    with Library(folder) as library:
        sounds.mkdir(exist_ok=True)
        root = library.add_root(sounds)
        with library.index_db.atomic(), library.library_db.atomic():
            for number, (kind, hz) in enumerate(tones):
                write_sound(sounds / f"{kind}{number}.wav", hz=hz, seconds=0.3)
                file_id = store(library, root, f"{kind}{number}.wav")
                if kind == "high":
                    library.add_tag([file_id], "bell")
                    library.set_caption(file_id, "a bell rings" if number % 2 else "the bell of the roof")
