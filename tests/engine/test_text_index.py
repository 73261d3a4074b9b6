"""Keyword search: which words find which texts, in which order, and that no query can hurt."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine import text_index
from engine.database import Database
from engine.errors import UnusableLibrary
from engine.migrations import open_index_db
from engine.text_index import FileText, TextIndex, query_words, searchable


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with open_index_db(tmp_path / "index.db") as database:
        yield database


@pytest.fixture
def index(database: Database) -> TextIndex:
    return TextIndex(database)


Found = Callable[[str], list[int]]


@pytest.fixture
def found(index: TextIndex) -> Found:
    return lambda query: [hit.file_id for hit in index.search(query, limit=10)]


class TestWords:
    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("kick-drum_loop.final", "kick drum loop final"),
            ("DoorSlam02", "DoorSlam02 Door Slam 02"),
            ("UKSiren", "UKSiren UK Siren"),
            ("808Kick", "808Kick 808 Kick"),
            ("ＫＩＣＫ ﬁre", "KICK fire"),
            ("Überfall", "Überfall"),
            ("don't", "don t"),
            ("🔥\0\udce9 *", ""),
        ],
    )
    def test_names_are_split_where_a_person_would(self, text: str, words: str):
        assert searchable(text) == words

    @pytest.mark.parametrize(
        ("query", "words"),
        [
            ("a dog barks then the car passes", ["dog", "barks", "car", "passes"]),
            ("The", ["The"]),
            ("Rain rain RAIN", ["RAIN"]),
            ("kick-drum 909.wav", ["kick", "drum", "909", "wav"]),
            (" ,;* ", []),
        ],
    )
    def test_a_query_asks_for_its_telling_words(self, query: str, words: list[str]):
        assert query_words(query) == words


class TestMatching:
    @pytest.mark.parametrize(
        ("query", "finds"),
        [
            ("room", False),
            ("bath", True),
            ("bathroom", True),
            ("bathrooms", False),
            ("DOOR", True),
            ("doorslam", True),
            ("door slam", True),
            ("DoorSlam", True),
            ("slam", True),
            ("slam02", True),
            ("02", True),
            ("lam", False),
            ("cafe", True),
            ("CAFÉ", True),
            ("cafe\u0301", True),
        ],
    )
    def test_a_word_finds_words_that_equal_it_or_begin_with_it(
        self, index: TextIndex, found: Found, query: str, finds: bool
    ):
        index.put(1, FileText(name="DoorSlam02_bathroom-café"))
        assert found(query) == ([1] if finds else [])

    @pytest.mark.parametrize("field", ["name", "tags", "caption", "note", "folder", "metadata"])
    def test_every_field_is_searched(self, index: TextIndex, found: Found, field: str):
        index.put(1, FileText(**{"name": "", field: "thunder"}))
        assert found("thunder") == [1]

    def test_a_replaced_or_removed_text_is_not_found_any_more(self, index: TextIndex, found: Found):
        index.put(1, FileText("rain"))
        index.put(1, FileText("wind"))
        assert (found("rain"), found("wind")) == ([], [1])
        index.remove([1])
        assert found("wind") == []

    def test_a_hit_names_the_words_that_it_matches(self, index: TextIndex):
        index.put(1, FileText("dog barks"))
        (hit,) = index.search("a big dog Barks twice", limit=10)
        assert hit.words == ("dog", "Barks")


class TestOrder:
    def test_more_of_the_words_come_first(self, index: TextIndex, found: Found):
        index.put(1, FileText("rain rain rain", tags="rain", caption="rain"))
        index.put(2, FileText("x", metadata="rain on a roof"))
        assert found("rain roof") == [2, 1]

    def test_the_name_says_more_than_a_tag_and_a_tag_more_than_a_caption(self, index: TextIndex, found: Found):
        index.put(1, FileText("x", metadata="rain"))
        index.put(2, FileText("x", note="rain"))
        index.put(3, FileText("x", caption="rain"))
        index.put(4, FileText("x", tags="rain"))
        index.put(5, FileText("rain"))
        for other in range(6, 20):
            index.put(other, FileText("x"))
        assert found("rain") == [5, 4, 3, 2, 1]

    def test_the_whole_word_comes_before_one_that_begins_with_it(self, index: TextIndex, found: Found):
        index.put(1, FileText("carpet"))
        index.put(2, FileText("car"))
        for other in range(3, 20):
            index.put(other, FileText("x"))
        assert found("car") == [2, 1]

    def test_no_more_hits_than_asked_for(self, index: TextIndex):
        for file_id in range(1, 30):
            index.put(file_id, FileText("rain"))
        assert [hit.file_id for hit in index.search("rain", limit=3)] == [1, 2, 3]
        assert index.search("rain", limit=0) == []


class TestCommonWords:
    """Words that very many files say: here more than two, so that a dozen files are a large library."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(text_index, "WEIGHED_MATCHES", 2)

    def test_those_that_say_it_in_the_name_come_first_and_whole_words_before_beginnings(
        self, index: TextIndex, found: Found
    ):
        texts = [FileText("x", metadata="door"), FileText("doors"), FileText("door"), FileText("x", note="doors")]
        for file_id, text in enumerate(texts, start=1):
            index.put(file_id, text)
        assert found("door") == [3, 2, 1, 4]
        assert found("d") == [2, 3, 1, 4]

    def test_more_of_the_words_come_first_whether_they_are_common_or_not(self, index: TextIndex):
        names = ["door", "metal door", "metal", "door metal slam", "door slam", "door", "metal", "squeak", "slam metal"]
        for file_id, name in enumerate(names, start=1):
            index.put(file_id, FileText(name))
        hits = index.search("door metal slam squeak", limit=20)
        assert [(hit.file_id, hit.words) for hit in hits[:4]] == [
            (4, ("door", "metal", "slam")),
            (5, ("door", "slam")),
            (9, ("metal", "slam")),
            (2, ("door", "metal")),
        ]
        assert [hit.file_id for hit in hits[4:]] == [8, 1, 6, 3, 7]  # "squeak" is rare, and weighs more

    def test_no_more_hits_than_asked_for(self, index: TextIndex):
        for file_id in range(1, 30):
            index.put(file_id, FileText("rain"))
        assert [hit.file_id for hit in index.search("rain", limit=3)] == [1, 2, 3]

    @pytest.mark.parametrize("query", ["door", "door metal", "s metal", "door metal wood", "door metal wood slam d"])
    def test_the_same_files_are_found_as_if_all_were_weighed(
        self, index: TextIndex, query: str, monkeypatch: pytest.MonkeyPatch
    ):
        chance = random.Random(1)
        for file_id in range(1, 200):
            words = chance.choices(["door", "metal", "wood", "slam", "rain", "wind", "hall", "soft"], k=3)
            index.put(file_id, FileText(" ".join(words[:2]), metadata=words[2]))
        counted = index.search(query, limit=500)
        monkeypatch.setattr(text_index, "WEIGHED_MATCHES", 10_000)
        weighed = index.search(query, limit=500)
        assert {hit.file_id for hit in counted} == {hit.file_id for hit in weighed}
        if len(query_words(query)) <= 3:
            assert {(hit.file_id, hit.words) for hit in counted} == {(hit.file_id, hit.words) for hit in weighed}
            assert [len(hit.words) for hit in counted] == [len(hit.words) for hit in weighed]


class TestAmongSome:
    @pytest.mark.parametrize("weighed", [10_000, 2])
    def test_no_others_are_found_however_many_say_the_word(
        self, index: TextIndex, weighed: int, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr(text_index, "WEIGHED_MATCHES", weighed)
        for file_id in range(1, 30):
            index.put(file_id, FileText("rain wind" if file_id % 2 else "rain"))
        assert [hit.file_id for hit in index.search("rain wind", 10, among=[20, 7, 99])] == [7, 20]
        assert [hit.words for hit in index.search("rain wind", 10, among=[20, 7])] == [("rain", "wind"), ("rain",)]
        assert index.search("rain", 10, among=[]) == []


class TestSaying:
    @pytest.mark.parametrize(
        ("phrase", "says"),
        [
            ("rain take 02", True),
            ("Rain_Take02", True),
            ("rain TAKE02", True),
            ("take 02 slow", True),
            ("slow", True),
            ("slow door slam", True),
            ("slow DoorSlam", True),
            ("slow doorslam", True),
            ("door slam heavy", True),
            ("Slam heavy", True),
            ("Rain_take02 slow DoorSlam heavy", True),
            ("cafe noir", True),
            ("rain slow", False),
            ("take rain", False),
            ("ain take", False),
            ("rain tak", False),
            ("slo", False),
            ("takes 02", False),
            ("heavy roof", False),
            ("", False),
            ("!?", False),
            ("🔥", False),
        ],
    )
    def test_words_in_a_row_are_found_however_they_are_joined(self, index: TextIndex, phrase: str, says: bool):
        index.put(1, FileText("rain_take02-slow.DoorSlam heavy", note="roof, Café noir"))
        assert index.saying([phrase]) == ((1,) if says else ())

    def test_a_long_phrase_is_found_as_it_is_written_or_with_all_its_words_apart(self, index: TextIndex):
        index.put(1, FileText("one two_three four FiveSix seven eight"))
        assert index.saying(["one two three four FiveSix seven"]) == (1,)
        assert index.saying(["one two three four FiveSix six"]) == ()
        index.put(2, FileText("one two three four five six seven"))
        assert index.saying(["OneTwo Three Four Five Six Seven"]) == (2,)

    def test_capitals_that_part_words_need_not_be_in_the_text(self, index: TextIndex):
        index.put(1, FileText("doorslam loud"))
        assert index.saying(["DoorSlam Loud"]) == index.saying(["doorslam"]) == (1,)
        assert index.saying(["door slam"]) == ()

    @pytest.mark.parametrize("field", ["name", "tags", "caption", "note", "folder", "metadata"])
    def test_every_field_is_looked_at_but_each_by_itself(self, index: TextIndex, field: str):
        index.put(1, FileText(**{"name": "", field: "heavy rain"}))
        index.put(2, FileText("heavy", tags="rain", metadata="heavy traffic, rain"))
        assert index.saying(["heavy rain"]) == (1,)

    def test_all_phrases_must_be_said_in_whatever_fields(self, index: TextIndex):
        index.put(1, FileText("heavy rain", note="metal roof"))
        index.put(2, FileText("heavy rain"))
        assert index.saying(["metal roof", "heavy rain"]) == (1,)
        assert sorted(index.saying(["rain"])) == [1, 2]
        assert index.saying(["rain", "?"]) == ()

    @given(
        st.lists(st.text("abc", min_size=1, max_size=2), max_size=12),
        st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=8),
        st.sampled_from(" _-./"),
    )
    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_a_phrase_of_plain_words_is_said_where_they_are_in_a_row(
        self, index: TextIndex, words: list[str], phrase: list[str], separator: str
    ):
        index.put(1, FileText(separator.join(words)))
        in_a_row = any(words[at : at + len(phrase)] == phrase for at in range(len(words)))
        assert index.saying([" ".join(phrase)]) == ((1,) if in_a_row else ())

    @given(st.lists(st.sampled_from(["door", "Door", "02", "UK", "aB"]), min_size=1, max_size=6), st.data())
    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_words_are_said_however_text_and_phrase_join_them(
        self, index: TextIndex, words: list[str], data: st.DataObject
    ):
        joiners = st.lists(st.sampled_from(["", "_", " "]), min_size=len(words), max_size=len(words))
        text = "".join(word + joiner for word, joiner in zip(words, data.draw(joiners), strict=True))
        index.put(1, FileText(text))
        stored = [part for run in text_index._runs(text) for part in text_index._parts(run)]
        if len(stored) <= text_index.MAX_PARTS_JOINED:
            assert index.saying([" ".join(stored)]) == (1,)
        assert index.saying([text]) == (1,)

    def test_ten_thousand_random_phrases(self, index: TextIndex):
        index.put(1, FileText("rain on a roof"))
        chance = random.Random(0)
        alphabet = "rain \"'*^:(){}+-\0,;ANDORNOTEé🔥\ud800"
        for _ in range(10_000):
            index.saying("".join(chance.choices(alphabet, k=chance.randint(1, 12))) for _ in range(2))

    def test_hundreds_of_phrases_are_heeded(self, index: TextIndex):
        index.put(1, FileText("a b c d e f g", note="rain"))
        assert index.saying(["a b c d e f"] * 300) == (1,)
        assert index.saying([*["b c d e f g"] * 300, "rain"]) == (1,)
        assert index.saying([*["b c d e f g"] * 300, "g rain"]) == ()


HOSTILE = [
    '"',
    '""',
    '"rain',
    "'",
    "*",
    "rain*",
    "^rain",
    "-rain",
    "AND",
    "OR",
    "NOT rain",
    "rain AND",
    "NEAR(rain wind, 5)",
    "NEAR(",
    "name:rain",
    "{name tags}: rain",
    "(rain",
    "rain)",
    "rain + wind",
    "a\0b",
    "\0",
    "909.wav",
    "don't",
    "kick-drum",
    "🔥",
    "👩‍👩‍👧 rain",
    "\ud800",
    "caf\udce9",
    "\u202erain",
    "𞤀",
    "ﷺ" * 4000,
    "x" * 1_000_000,
    "rain " * 200_000,
    " ".join(map(str, range(10_000))),
    "; DROP TABLE text; --",
    "%s ? :a @b $c",
    "",
    " \n\t",
]


class TestHostileQueries:
    @pytest.mark.parametrize("query", HOSTILE, ids=lambda query: ascii(query[:20]))
    def test_none_raises_or_harms(self, index: TextIndex, found: Found, query: str):
        index.put(1, FileText("rain on a roof 909 don't kick-drum"))
        index.search(query, limit=10)
        index.saying([query])
        assert found("rain") == [1]

    @pytest.mark.parametrize("query", ["909.wav", "don't", "kick-drum", '"rain', "NOT rain", "👩‍👩‍👧 rain", "rain\0"])
    def test_the_words_in_them_are_found(self, index: TextIndex, found: Found, query: str):
        index.put(1, FileText("rain on a roof 909 don't kick-drum"))
        assert found(query) == [1]

    @pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text[:20]))
    def test_such_a_text_can_be_stored(self, index: TextIndex, found: Found, text: str):
        index.put(1, FileText("rain", tags=text, metadata=text))
        assert found("rain") == [1]

    @given(st.text(st.characters(max_codepoint=0x52F), max_size=40))  # Latin, Greek, Cyrillic
    @settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_is_stored_is_found_by_each_of_its_words(self, index: TextIndex, text: str):
        index.put(1, FileText(text))
        for word in query_words(text):
            assert index.search(word, limit=10), word

    def test_ten_thousand_random_queries(self, index: TextIndex):
        index.put(1, FileText("rain on a roof"))
        chance = random.Random(0)
        alphabet = "rain \"'*^:(){}+-\0,;ANDORNOTEé🔥\ud800"
        for _ in range(10_000):
            index.search("".join(chance.choices(alphabet, k=chance.randint(1, 12))), limit=10)


def test_a_damaged_text_table_is_one_sentence(tmp_path: Path):
    path = tmp_path / "index.db"
    with open_index_db(path) as database:
        database.execute("UPDATE text_config SET v = 99 WHERE k = 'version'")
    with open_index_db(path) as database, pytest.raises(UnusableLibrary, match="damaged"):
        TextIndex(database).search("dog", limit=10)
