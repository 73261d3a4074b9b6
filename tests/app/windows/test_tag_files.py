"""Personal tags to a file and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.windows.tag_files import export_tags, import_tags, taken_over_sentence
from engine.errors import EngineError
from engine.library import Library
from engine.tag_examples import ExamplesOfTag, TagExample
from engine.tag_exchange import TakenOver
from tests.indexed_files import store


def test_tags_are_taken_over_as_they_were(library: Library, sounds: Path, tmp_path: Path) -> None:
    root, path = library.add_root(sounds), tmp_path / "tags.json"
    like, unlike = store(library, root, "a.wav"), store(library, root, "b.wav")
    given = ExamplesOfTag((TagExample(like, 0.5, 1.5),), (TagExample(unlike),))
    library.tag_examples.give("gate", given.likes, given.unlikes)
    assert export_tags(library, path) == 1
    library.tag_examples.forget("gate")
    assert import_tags(library, path) == [TakenOver("gate", 2, 2)]
    assert library.tag_examples.of("gate") == given


@pytest.mark.parametrize("content", [b"\xff\xfe", b"{}", None])
def test_a_file_of_another_kind_is_refused_in_one_sentence(
    content: bytes | None, library: Library, tmp_path: Path
) -> None:
    path = tmp_path / "tags.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(EngineError, match=r"tags\.json"):
        import_tags(library, path)


def test_where_nothing_can_be_written_it_says_so(library: Library, tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="cannot be written"):
        export_tags(library, tmp_path / "nowhere" / "tags.json")


def test_it_is_told_what_was_found() -> None:
    taken = [TakenOver("gate", 30, 34), TakenOver("bell", 2, 2)]
    assert taken_over_sentence(taken) == "2 personal tags taken over; 32 of 36 examples found here."
