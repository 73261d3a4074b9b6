"""A sentence as clauses, filters and quoted words; what is understood is told in test_query_sentences.py."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.connectives import PHRASES_BY_FIRST_WORD
from engine.errors import EngineError
from engine.filters import Filter
from engine.query import (
    MAX_CHARACTERS,
    Clause,
    EmptyQuery,
    Joiner,
    ParsedQuery,
    joined,
    joiner_of,
    moved,
    negated,
    parse,
    renamed,
    sentence_of,
    without,
)

SLOWEST_S = 0.25  # some 5 ms are usual: only what grows out of hand takes so long, on any machine


class TestClauses:
    def test_an_ordinary_query_is_one_clause_as_it_was_typed(self) -> None:
        query = parse("dog barking loudly")
        assert query == ParsedQuery((Clause("dog barking loudly"),))
        assert query.text == "dog barking loudly"

    def test_what_comes_later_has_a_higher_group(self) -> None:
        assert parse("dog barks then car passes").clauses == (Clause("dog barks"), Clause("car passes", group=1))

    def test_what_sounds_at_the_same_time_is_told_from_what_comes_in_any_order(self) -> None:
        assert parse("wind and birds while rain falls, then a bell").clauses == (
            Clause("wind"),
            Clause("birds"),
            Clause("rain falls", together=True),
            Clause("a bell", group=1),
        )

    def test_what_must_not_be_heard_stands_behind_and_apart(self) -> None:
        query = parse("a dog without voices then a car -wind")
        assert query.heard == (Clause("a dog"), Clause("a car", group=1))
        assert query.unheard == (Clause("voices", negated=True), Clause("wind", negated=True))
        assert query.clauses == query.heard + query.unheard

    def test_filters_and_quoted_words_are_no_clauses(self) -> None:
        query = parse('"take 12" duration:<2s')
        assert query == ParsedQuery((), (Filter("duration", "<2s", below=2.0),), ("take 12",))
        assert query.text == ""

    def test_braces_keep_one_sound_together(self) -> None:
        assert parse("{bangs and then whimpers} after rain").clauses == (
            Clause("rain"),
            Clause("bangs and then whimpers", group=1),
        )

    def test_two_ways_to_say_the_same_are_equal(self) -> None:
        assert parse("thunder after rain") == parse("rain, then thunder")


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("dog barks then car passes", "dog barks then car passes"),
        ("the car honks, followed by silence.", "the car honks, followed by silence"),
        ("a dog, without voices, then a car", "a dog, then a car"),
        ("rain format:wav while -birds a man speaks", "rain while a man speaks"),
        ("rain without thunder", "rain"),
        ("no voices", ""),
    ],
)
def test_the_network_hears_neither_filters_nor_what_must_not_be_heard(typed: str, heard: str) -> None:
    assert parse(typed).text == heard


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("  dog   barking \n", "dog barking"),
        ("dog\tbarking\x00loud", "dog barking loud"),
        ("caf\udce9 noise", "caf noise"),  # an argument that was not UTF-8
        ("dog\u202egnikrab", "doggnikrab"),  # a bidirectional override
        ("cafe\u0301", "caf\u00e9"),  # composed, as most names are stored
        ("kick-909.wav", "kick-909.wav"),
        ("犬が吠える", "犬が吠える"),
    ],
)
def test_text_is_tidied_but_not_changed(typed: str, searched: str) -> None:
    assert parse(typed).text == searched


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t", "\x00", "\u200b\udcff"])
def test_an_empty_query_is_refused_in_one_sentence(nothing: str) -> None:
    with pytest.raises(EmptyQuery, match=r"^Nothing was asked: .*\.$") as refused:
        parse(nothing)
    assert isinstance(refused.value, EngineError)


def test_a_pasted_book_is_cut() -> None:
    assert len(parse("dog " * 100_000).text) <= MAX_CHARACTERS


class TestChanges:
    """A parse is edited by its chips."""

    query = parse("a dog then rain while a man speaks, and a bell, without wind format:wav")

    def shown(self, query: ParsedQuery) -> str:
        return sentence_of(query).removesuffix(", without wind, format:wav")

    def test_the_query_itself(self) -> None:
        assert self.shown(self.query) == "a dog then rain while a man speaks and a bell"

    @pytest.mark.parametrize(
        ("index", "sentence"),
        [
            (0, "rain while a man speaks and a bell"),
            (1, "a dog then a man speaks and a bell"),
            (2, "a dog then rain and a bell"),
            (3, "a dog then rain while a man speaks"),
        ],
    )
    def test_without_one_of_its_sounds(self, index: int, sentence: str) -> None:
        assert self.shown(without(self.query, index)) == sentence

    def test_without_what_must_not_be_heard(self) -> None:
        assert without(self.query, 4).unheard == ()
        assert without(self.query, 4).heard == self.query.heard

    def test_without_the_only_sound_nothing_is_asked(self) -> None:
        assert without(parse("dog"), 0) == ParsedQuery(())
        assert sentence_of(ParsedQuery(())) == ""

    @pytest.mark.parametrize(
        ("index", "to", "sentence"),
        [
            (0, 3, "rain then a man speaks while a bell and a dog"),
            (3, 0, "a bell then a dog while rain and a man speaks"),
            (1, 1, "a dog then rain while a man speaks and a bell"),
        ],
    )
    def test_a_sound_moves_and_the_joiners_stay(self, index: int, to: int, sentence: str) -> None:
        assert self.shown(moved(self.query, index, to)) == sentence

    @pytest.mark.parametrize(
        ("index", "joiner", "sentence"),
        [
            (1, "and", "a dog and rain while a man speaks and a bell"),
            (2, "then", "a dog then rain then a man speaks and a bell"),
            (3, "while", "a dog then rain while a man speaks while a bell"),
        ],
    )
    def test_a_sound_is_joined_otherwise(self, index: int, joiner: Joiner, sentence: str) -> None:
        assert self.shown(joined(self.query, index, joiner)) == sentence
        assert joiner_of(joined(self.query, index, joiner), index) == joiner

    def test_a_sound_gets_another_name(self) -> None:
        assert self.shown(renamed(self.query, 3, "a chime")) == "a dog then rain while a man speaks and a chime"

    def test_a_sound_must_not_be_heard(self) -> None:
        query = negated(self.query, 1, True)
        assert sentence_of(query) == "a dog then a man speaks and a bell, without wind, without rain, format:wav"
        assert query.text == "a dog then a man speaks and a bell"
        assert negated(query, 4, True) == query

    def test_what_must_not_be_heard_should_be(self) -> None:
        query = negated(self.query, 4, False)
        assert sentence_of(query) == "a dog then rain while a man speaks and a bell and wind, format:wav"
        assert negated(query, 0, False) == query

    def test_the_only_sound_must_not_be_heard_and_should_be_again(self) -> None:
        query = negated(parse("dog"), 0, True)
        assert (sentence_of(query), query.text) == ("without dog", "")
        assert negated(query, 0, False) == parse("dog")

    def test_what_the_network_hears_changes_with_it(self) -> None:
        assert without(self.query, 0).text == "rain while a man speaks and a bell"

    def test_braces_where_words_alone_would_be_understood_otherwise(self) -> None:
        query = renamed(parse("scissors then rain"), 0, "rock, paper")
        assert sentence_of(query) == "{rock, paper} then {rain}"
        assert parse(sentence_of(query)) == query


# --- whatever is typed ------------------------------------------------------------------------------------------------

JOINING = [" ".join(phrase) for phrases in PHRASES_BY_FIRST_WORD.values() for phrase, _ in phrases]
SOUNDS = [
    "a dog",
    "dog barks",
    "loud",
    "it",
    "growls",
    "rain falls",
    "music",
    "in the background",
    "first",
    "ends",
    "one",
]
SIGNS = [",", ";", ".", '"', "{", "}", "-", ":", "<", "“", "”", "(", "'", "-rain", '"take 2"', '-"a b"', "{a then b}"]
FILTERS = ["format:wav", "duration:<2s", "-tag:dog", 'folder:"a b"', "rate:", "sample rate:48k", "date:2024", "x:y"]
SENTENCES = st.lists(st.sampled_from(JOINING + 4 * SOUNDS + SIGNS + FILTERS), max_size=16).map(" ".join)
TYPED = st.one_of(
    SENTENCES, st.text(alphabet=st.characters(), max_size=200), st.text(alphabet='ab ,;"{}-:<.', max_size=60)
)


def read(typed: str) -> ParsedQuery | None:
    try:
        return parse(typed)
    except EmptyQuery:
        return None


@given(TYPED)
def test_whatever_is_typed_is_refused_or_becomes_one_clean_line(typed: str) -> None:
    query = read(typed)
    if query is None:
        return
    assert query.clauses or query.filters or query.literal
    for text in (query.text, *query.literal, *(clause.text for clause in query.clauses)):
        assert text.isprintable() or not text.isascii()
        assert text == text.strip()
        text.encode("utf-8")
    assert all(clause.text for clause in query.clauses)


@given(TYPED)
def test_groups_have_no_gaps_and_nothing_is_together_with_what_came_before(typed: str) -> None:
    query = read(typed) or ParsedQuery(())
    groups = [clause.group for clause in query.heard]
    assert groups == sorted(groups)
    assert sorted(set(groups)) == list(range(len(set(groups))))
    firsts = [clause for at, clause in enumerate(query.heard) if at == 0 or groups[at - 1] < groups[at]]
    assert not any(clause.together for clause in (*firsts, *query.unheard))
    assert not any(clause.group for clause in query.unheard)
    assert query.clauses == query.heard + query.unheard


@settings(max_examples=500)
@given(TYPED)
def test_a_parse_in_words_is_understood_as_the_same(typed: str) -> None:
    query = read(typed)
    if query is not None:
        assert parse(sentence_of(query)) == query


@given(TYPED, st.data())
def test_so_is_a_parse_that_was_changed(typed: str, data: st.DataObject) -> None:
    query = read(typed)
    if query is None or not query.heard:
        return
    index, to = (data.draw(st.integers(0, len(query.heard) - 1)) for _ in range(2))
    changed = [moved(query, index, to), without(query, index)]
    changed += [negated(query, len(query.heard), False) for _ in query.unheard[:1]]
    if any(character.isalnum() for character in query.text):  # mere signs are one sound that "without" does not join
        changed.append(negated(query, index, True))
    if index:
        changed.append(joined(query, index, data.draw(st.sampled_from(["then", "while", "and"]))))
    for other in changed:
        said = sentence_of(other)
        assert not said or parse(said) == other


HOSTILE = [
    "a then " * 200, "as " * 400, "and " * 300, ", " * 600, '" ' * 600, '"' * 1000, "{" * 1000, "{}" * 500, "{a" * 500,
    "-a " * 400, "- " * 500, "tag:a " * 200, "duration:" * 120, 'folder:"' * 130, "with a with " * 100, "no " * 400,
    "in the background " * 60, "it then it " * 100, "a b c d e f g barks then growls " * 33, "without a or " * 80,
    "dog" * 400, "a." * 500, "A. B " * 200, "at the same time " * 60, "x after " * 130, "1,1" * 400, "éа" * 600,
    "a dog and cat " * 80, "first " * 200, "starts with ends with " * 50, "," * 1000, "😀" * 1000, "-" * 1000,
]  # fmt: skip


@pytest.mark.parametrize("typed", HOSTILE, ids=lambda typed: repr(typed[:12]))
def test_no_sentence_takes_long(typed: str) -> None:
    def seconds() -> float:
        started = time.perf_counter()
        parse(typed)
        return time.perf_counter() - started

    assert min(seconds() for _ in range(5)) < SLOWEST_S


def test_files_are_asked_to_say_what_should_be_heard_and_what_was_quoted():
    assert parse('dog barks then a car passes without rain "take 12"').words == "dog barks a car passes take 12"
    assert parse("without rain").words == ""
