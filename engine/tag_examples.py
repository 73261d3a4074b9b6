"""What personal tags learn from: files that are like a tag and files that are not; and suggestions that were rejected.

A suggestion that a person rejected is an example, too, of what the personal tag of that name does not mean.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.database import Database, storable_text
from engine.errors import EngineError, NotInLibrary, display_path


@dataclass(frozen=True)
class TagExample:
    """A file, or its part from `start_s` to `end_s` (None: its end)."""

    file_id: int
    start_s: float = 0.0
    end_s: float | None = None


@dataclass(frozen=True)
class ExamplesOfTag:
    """In the order of their files' numbers. No file is on both sides."""

    likes: tuple[TagExample, ...] = ()
    unlikes: tuple[TagExample, ...] = ()


class TagExamples:
    def __init__(self, library_db: Database) -> None:
        self._database = library_db

    def names(self) -> list[str]:
        """Of all personal tags, in the order of the alphabet."""
        return [name for (name,) in self._database.rows("SELECT name FROM personal_tag ORDER BY name")]

    def of(self, name: str) -> ExamplesOfTag:
        """Nothing for a tag that nobody gave an example of. Files that are missing count as long as they are known."""
        name = storable_text(name)
        rows = self._database.rows(
            "SELECT file_id, start_s, end_s, is_like FROM tag_example JOIN personal_tag ON id = personal_tag_id"
            " WHERE name = ? ORDER BY file_id",
            (name,),
        )
        said = {file_id for file_id, *_ in rows}
        rejected = self._database.rows("SELECT file_id FROM rejected_tag WHERE name = ? ORDER BY file_id", (name,))
        unlikes = [TagExample(*part) for *part, is_like in rows if not is_like]
        unlikes += [TagExample(file_id) for (file_id,) in rejected if file_id not in said]
        return ExamplesOfTag(
            tuple(TagExample(*part) for *part, is_like in rows if is_like),
            tuple(sorted(unlikes, key=lambda example: example.file_id)),
        )

    def give(self, name: str, likes: Sequence[TagExample] = (), unlikes: Sequence[TagExample] = ()) -> None:
        """Examples of a personal tag, which is new if there is none of this name. What was said last of a file counts.

        A file that is like the tag is rejected no longer. Raises NotInLibrary, and then nothing is kept; and ValueError
        for an empty name, or a part that begins before the file or ends before it begins.
        """
        name = _checked_name(name)
        rows = [(one, True) for one in likes] + [(one, False) for one in unlikes]
        for one, _ in rows:
            _check_part(one)
        with self._of_known(one.file_id for one, _ in rows):
            self._database.execute("INSERT OR IGNORE INTO personal_tag (name) VALUES (?)", (name,))
            for one, is_like in rows:
                self._database.execute(
                    "INSERT OR REPLACE INTO tag_example (personal_tag_id, file_id, is_like, start_s, end_s)"
                    " SELECT id, ?, ?, ?, ? FROM personal_tag WHERE name = ?",
                    (one.file_id, is_like, one.start_s, one.end_s, name),
                )
            self._unreject([one.file_id for one in likes], name)

    def take_back(self, name: str, file_ids: Iterable[int]) -> None:
        """These files are no examples of the tag any more, and not rejected. Raises NotInLibrary."""
        name = storable_text(name)
        with self._of_known(file_ids) as ids:
            self._database.execute(
                "DELETE FROM tag_example WHERE file_id IN (SELECT value FROM json_each(?))"
                " AND personal_tag_id IN (SELECT id FROM personal_tag WHERE name = ?)",
                (ids, name),
            )
            self._unreject(json.loads(ids), name)

    def rename(self, name: str, new_name: str) -> None:
        """What was rejected under the name stays rejected under it. Raises EngineError if another personal tag has the
        new name, NotInLibrary if there is none called `name`, and ValueError for an empty name.
        """
        name, new_name = storable_text(name), _checked_name(new_name)
        with self._database.atomic():
            taken = self._database.first("SELECT name FROM personal_tag WHERE name = ? AND name != ?", (new_name, name))
            if taken:
                raise EngineError(f"There is a personal tag {display_path(taken[0])} already; both stay as they are.")
            renamed = self._database.execute("UPDATE personal_tag SET name = ? WHERE name = ?", (new_name, name))
            if not renamed.rowcount:
                raise NotInLibrary(f"The library has no personal tag {display_path(name)}.")

    def forget(self, name: str) -> None:
        """The tag learns no more. Files that have it keep it, and what was rejected stays rejected."""
        with self._database.atomic():
            self._database.execute("DELETE FROM personal_tag WHERE name = ?", (storable_text(name),))

    # --- what was learned elsewhere ----------------------------------------------------------------------------------

    def learned_elsewhere(self, name: str) -> dict[str, str]:
        """What the tag came with from another library, as `tag_sets` writes it, by the id of the network."""
        rows = self._database.rows(
            "SELECT checkpoint_id, learned FROM learned_elsewhere JOIN personal_tag ON id = personal_tag_id"
            " WHERE name = ? ORDER BY checkpoint_id",
            (storable_text(name),),
        )
        return dict(rows)

    def keep_learned(self, name: str, learned: Mapping[str, str]) -> None:
        """As `learned_elsewhere` has it, in place of what there was for the same network. The tag is new if there is
        none of this name. Raises ValueError for no name.
        """
        name = _checked_name(name)
        with self._database.atomic():
            self._database.execute("INSERT OR IGNORE INTO personal_tag (name) VALUES (?)", (name,))
            for checkpoint_id, text in learned.items():
                self._database.execute(
                    "INSERT OR REPLACE INTO learned_elsewhere (personal_tag_id, checkpoint_id, learned)"
                    " SELECT id, ?, ? FROM personal_tag WHERE name = ?",
                    (checkpoint_id, text, name),
                )

    # --- suggestions -------------------------------------------------------------------------------------------------

    def reject(self, file_ids: Iterable[int], name: str) -> None:
        """This tag is not to be suggested for these files again. Raises NotInLibrary, and ValueError for no name."""
        name = _checked_name(name)
        with self._of_known(file_ids) as ids:
            self._database.execute(
                "INSERT OR IGNORE INTO rejected_tag (file_id, name) SELECT value, ? FROM json_each(?)", (name, ids)
            )

    def unreject(self, file_ids: Iterable[int], name: str) -> None:
        """It may be suggested again. Raises NotInLibrary."""
        with self._of_known(file_ids) as ids:
            self._unreject(json.loads(ids), storable_text(name))

    def rejected_for(self, name: str) -> list[int]:
        """The ids of the files that a tag is not to be suggested for, in order."""
        rows = self._database.rows(
            "SELECT file_id FROM rejected_tag WHERE name = ? ORDER BY file_id", (storable_text(name),)
        )
        return [file_id for (file_id,) in rows]

    def rejected_of(self, file_id: int) -> list[str]:
        """The tags that are not to be suggested for a file, in the order of the alphabet."""
        rows = self._database.rows("SELECT name FROM rejected_tag WHERE file_id = ? ORDER BY name", (file_id,))
        return [name for (name,) in rows]

    def _unreject(self, file_ids: Sequence[int], name: str) -> None:
        self._database.execute(
            "DELETE FROM rejected_tag WHERE file_id IN (SELECT value FROM json_each(?)) AND name = ?",
            (json.dumps(file_ids), name),
        )

    @contextlib.contextmanager
    def _of_known(self, file_ids: Iterable[int]) -> Iterator[str]:
        """A transaction that says something of files, and their ids as JSON. Raises NotInLibrary."""
        ids = json.dumps([int(file_id) for file_id in file_ids])
        with self._database.atomic():
            unknown = self._database.first(
                "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM audio_file)", (ids,)
            )
            if unknown:
                raise NotInLibrary(f"The library has no file number {unknown[0]}.")
            yield ids


def _checked_name(name: str) -> str:
    name = storable_text(name)
    if not name:
        raise ValueError("a tag needs at least one character")
    return name


def _check_part(example: TagExample) -> None:
    if not 0.0 <= example.start_s < (float("inf") if example.end_s is None else example.end_s):
        raise ValueError(f"{example.start_s=} must not be negative, and less than {example.end_s=}")
