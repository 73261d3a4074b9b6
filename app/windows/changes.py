"""What a person says of files, each with the way back: a change is made, and hands out what undoes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from engine.library import Library
from engine.tag_examples import ExamplesOfTag, TagExample

Undo = Callable[[Library], object]
Change = Callable[[Library], Undo]

FAVOURITE_STARS = 5


def adding_tags(file_ids: Sequence[int], tags: Sequence[str]) -> Change:
    def add(library: Library) -> Undo:
        lacking = {tag: _lacking(library, file_ids, tag) for tag in tags}
        for tag, ids in lacking.items():
            library.add_tag(ids, tag)
        return lambda library: _for_each_tag(library.remove_tag, lacking)

    return add


def removing_tag(file_ids: Sequence[int], tag: str) -> Change:
    def remove(library: Library) -> Undo:
        having = sorted(set(library.files_with_tag(tag)).intersection(file_ids))
        library.remove_tag(file_ids, tag)
        return lambda library: library.add_tag(having, tag)

    return remove


def renaming_tag(tag: str, new_name: str) -> Change:
    """Its examples come along, unless there are examples of the new name already."""

    def rename(library: Library) -> Undo:
        is_other = tag.casefold() != new_name.casefold()
        had_new = set(library.files_with_tag(new_name)) if is_other else set()
        if learns := tag in library.tag_examples.names():
            library.tag_examples.rename(tag, new_name)
        renamed = library.rename_tag(tag, new_name)

        def undo(library: Library) -> None:
            if learns:
                library.tag_examples.rename(new_name, tag)
            if had_new:
                library.add_tag(renamed, tag)
                library.remove_tag([file_id for file_id in renamed if file_id not in had_new], new_name)
            else:
                library.rename_tag(new_name, tag)

        return undo

    return rename


def dropping_tag(tag: str) -> Change:
    """From all files; and it learns no more."""

    def drop(library: Library) -> Undo:
        having, examples = library.files_with_tag(tag), library.tag_examples.of(tag)
        learns, elsewhere = tag in library.tag_examples.names(), library.tag_examples.learned_elsewhere(tag)
        library.remove_tag(having, tag)
        library.tag_examples.forget(tag)

        def undo(library: Library) -> None:
            library.add_tag(having, tag)
            if learns:
                library.tag_examples.give(tag, examples.likes, examples.unlikes)
                library.tag_examples.keep_learned(tag, elsewhere)

        return undo

    return drop


def accepting(judged: Mapping[str, Sequence[int]]) -> Change:
    """Suggested tags, for the files of each."""

    def accept(library: Library) -> Undo:
        accepted = {name: library.accept_suggestions(file_ids, name) for name, file_ids in judged.items()}
        return lambda library: _for_each_tag(library.remove_tag, accepted)

    return accept


def rejecting(judged: Mapping[str, Sequence[int]]) -> Change:
    def reject(library: Library) -> Undo:
        rejected = {name: library.reject_suggestions(file_ids, name) for name, file_ids in judged.items()}
        return lambda library: _for_each_tag(library.unreject_suggestions, rejected)

    return reject


def rating(file_ids: Sequence[int], stars: int | None) -> Change:
    def rate(library: Library) -> Undo:
        before = _ratings(library, file_ids)
        library.set_rating(file_ids, stars)
        return lambda library: _rate_each(library, before)

    return rate


def toggling_favourite(file_ids: Sequence[int]) -> Change:
    """Five stars for all of them; none if all have five already."""

    def toggle(library: Library) -> Undo:
        before = _ratings(library, file_ids)
        library.set_rating(file_ids, None if set(before.values()) == {FAVOURITE_STARS} else FAVOURITE_STARS)
        return lambda library: _rate_each(library, before)

    return toggle


def writing_note(file_ids: Sequence[int], note: str) -> Change:
    def write(library: Library) -> Undo:
        before = {file_id: library.note_of(file_id) for file_id in file_ids}
        for file_id in file_ids:
            library.set_note(file_id, note)
        return lambda library: _write_each(library.set_note, before)

    return write


def writing_caption(file_ids: Sequence[int], caption: str) -> Change:
    def write(library: Library) -> Undo:
        before = {
            file_id: "" if library.caption_is_suggested(file_id) else library.caption_of(file_id)
            for file_id in file_ids
        }
        for file_id in file_ids:
            library.set_caption(file_id, caption)
        return lambda library: _write_each(library.set_caption, before)

    return write


def giving_examples(tag: str, likes: Sequence[TagExample] = (), unlikes: Sequence[TagExample] = ()) -> Change:
    """Examples of a personal tag: what is like it gets the tag, and for what is not it is suggested no more."""

    def give(library: Library) -> Undo:
        liked, given = [one.file_id for one in likes], {one.file_id for one in (*likes, *unlikes)}
        was_there = tag in library.tag_examples.names()
        before = _of_files(library.tag_examples.of(tag), given)
        lacking = _lacking(library, liked, tag)
        library.tag_examples.give(tag, likes, unlikes)
        library.reject_suggestions([one.file_id for one in unlikes], tag)
        library.add_tag(lacking, tag)

        def undo(library: Library) -> None:
            library.remove_tag(lacking, tag)
            library.tag_examples.take_back(tag, given)
            if was_there:
                library.tag_examples.give(tag, *before)
            else:
                library.tag_examples.forget(tag)

        return undo

    return give


def taking_back_examples(tag: str, file_ids: Sequence[int]) -> Change:
    def take_back(library: Library) -> Undo:
        before = _of_files(library.tag_examples.of(tag), set(file_ids))
        library.tag_examples.take_back(tag, file_ids)
        return lambda library: library.tag_examples.give(tag, *before)

    return take_back


def forgetting_examples(tag: str) -> Change:
    """The tag learns no more; files that have it keep it."""

    def forget(library: Library) -> Undo:
        before, elsewhere = library.tag_examples.of(tag), library.tag_examples.learned_elsewhere(tag)
        library.tag_examples.forget(tag)

        def undo(library: Library) -> None:
            library.tag_examples.give(tag, before.likes, before.unlikes)
            library.tag_examples.keep_learned(tag, elsewhere)

        return undo

    return forget


def _of_files(examples: ExamplesOfTag, file_ids: set[int]) -> tuple[list[TagExample], list[TagExample]]:
    return (
        [one for one in examples.likes if one.file_id in file_ids],
        [one for one in examples.unlikes if one.file_id in file_ids],
    )


def _lacking(library: Library, file_ids: Sequence[int], tag: str) -> list[int]:
    having = set(library.files_with_tag(tag))
    return [file_id for file_id in file_ids if file_id not in having]


def _for_each_tag(say: Callable[[Sequence[int], str], object], files: Mapping[str, Sequence[int]]) -> None:
    for tag, file_ids in files.items():
        say(file_ids, tag)


def _write_each(write: Callable[[int, str], object], texts: Mapping[int, str]) -> None:
    for file_id, text in texts.items():
        write(file_id, text)


def _ratings(library: Library, file_ids: Sequence[int]) -> dict[int, int | None]:
    return {file_id: library.rating_of(file_id) for file_id in file_ids}


def _rate_each(library: Library, stars: Mapping[int, int | None]) -> None:
    by_stars: defaultdict[int | None, list[int]] = defaultdict(list)
    for file_id, given in stars.items():
        by_stars[given].append(file_id)
    for given, file_ids in by_stars.items():
        library.set_rating(file_ids, given)
