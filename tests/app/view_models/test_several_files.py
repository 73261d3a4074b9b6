"""What several files have in common, and how it changes with what a person says."""

from __future__ import annotations

import pytest

from app.view_models.file_details import FileDetails
from app.view_models.several_files import SeveralFiles, shown_together
from app.view_models.suggestions import SharedName
from tests.app.shown_files import file_row, suggestion

BARK, RAIN = suggestion("bark"), suggestion("rain", strength="maybe")
DOG = FileDetails(file_row(1, tags=("dog", "yard"), stars=4), (BARK, RAIN))
CAT = FileDetails(file_row(2, tags=("yard",)), (suggestion("bark", strength="maybe"),))


@pytest.fixture
def both() -> SeveralFiles:
    return SeveralFiles.of([DOG, CAT])


def shares(names: tuple[SharedName, ...]) -> list[tuple[str, str]]:
    return [(shared.name, shared.share_text) for shared in names]


def test_all_that_is_shown_is_counted(both: SeveralFiles) -> None:
    assert (both.file_ids, both.ratings) == ((1, 2), {4, None})
    assert shares(both.tags) == [("yard", "all 2"), ("dog", "1 of 2")]
    assert shares(both.suggestions) == [("bark", "all 2"), ("rain", "1 of 2")]
    assert both.suggested == {"bark": (1, 2), "rain": (1,)}
    assert (both.likely, both.rest) == ({"bark": (1,)}, {"rain": (1,), "bark": (2,)})
    assert [fact.name for fact in both.facts] == ["Length", "Size", "Formats"]


def test_a_tag_that_is_given_has_all_files_and_is_suggested_no_longer(both: SeveralFiles) -> None:
    tagged = both.with_tags(["DOG", "Bark"])
    assert shares(tagged.tags) == [("Bark", "all 2"), ("dog", "all 2"), ("yard", "all 2")]
    assert shares(tagged.suggestions) == [("rain", "1 of 2")]
    assert (tagged.likely, tagged.rest) == ({}, {"rain": (1,)})


def test_a_tag_that_is_taken_is_gone(both: SeveralFiles) -> None:
    assert shares(both.without_tag("yard").tags) == [("dog", "1 of 2")]


def test_what_was_judged_cannot_be_judged_twice(both: SeveralFiles) -> None:
    for judged in (both.with_accepted({"bark": (1,)}), both.without_suggestions({"bark": (1, 2)})):
        assert shares(judged.suggestions) == [("rain", "1 of 2")]
        assert (judged.likely, judged.rest) == ({}, {"rain": (1,)})


def test_a_rating_is_that_of_all(both: SeveralFiles) -> None:
    assert both.with_stars(2).ratings == {2}


def test_one_file_is_shown_with_all_that_is_known_of_it(both: SeveralFiles) -> None:
    assert shown_together([]) is None
    assert shown_together([DOG]) is DOG
    assert shown_together([DOG, CAT]) == both
