"""What search promises, on SQLite and on PostgreSQL."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tavernai.kernel.paging import BadCursor
from tavernai.storage.database import Database
from tests.contract.search.library import KINDS, Library


async def test_what_was_just_said_is_found_at_once(library: Library) -> None:
    said = await library.say("The lantern keeper counts ships.")
    assert await library.found("lantern ships") == [said]
    assert await library.found("lantern dragons") == []


async def test_the_newest_hit_comes_first_and_pages_go_on_where_the_last_ended(library: Library) -> None:
    ids = [await library.say(f"ship number {number}") for number in range(7)]
    first = await library.page("ship", limit=3)
    second = await library.page("ship", limit=3, cursor=first.next_cursor)
    third = await library.page("ship", limit=3, cursor=second.next_cursor)
    assert [one.id for page in (first, second, third) for one in page.items] == ids[::-1]
    assert third.next_cursor is None


@pytest.mark.parametrize("q", ["酒", "酒馆", "酒馆里", "酒馆里喝酒", "馆里 喝酒", "你好", "Rust语言", "ｒｕｓｔ", "語"])
async def test_chinese_is_found_by_one_two_and_more_characters(library: Library, q: str) -> None:
    said = await library.say("我们在酒馆里喝酒，你好！Rust语言与日本語。")
    assert await library.found(q) == [said]


@pytest.mark.parametrize("q", ["馆酒", "酒里", "里喝馆", "好你", "龙"])
async def test_chinese_characters_in_another_order_are_not_found(library: Library, q: str) -> None:
    await library.say("我们在酒馆里喝酒，你好！")
    assert await library.found(q) == []


async def test_words_are_and_phrases_keep_order_and_minus_excludes(library: Library) -> None:
    one = await library.say("the old lantern burns")
    other = await library.say("a lantern, old and cold")
    assert await library.found("old lantern") == [other, one]
    assert await library.found('"old lantern"') == [one]
    assert await library.found("lantern -cold") == [one]
    assert await library.found('lantern -"old lantern"') == [other]
    assert await library.found("-cold") == []


async def test_only_the_last_word_may_be_unfinished(library: Library) -> None:
    said = await library.say("the wanderer returned")
    assert await library.found("returned wand") == [said]
    assert await library.found("wand returned") == []
    assert await library.found('"wand"') == []


async def test_case_width_and_accents_do_not_matter_and_signs_are_found(library: Library) -> None:
    said = await library.say("Ein Café in der STRASSE 🐉")
    for q in ("cafe", "CAFÉ", "Straße", "🐉", "ｃａｆｅ"):
        assert await library.found(q) == [said], q


async def test_a_snippet_marks_what_was_found_and_is_no_markup(library: Library) -> None:
    await library.say("far away " * 40 + "<b>the Lantern</b> burns")
    [hit] = (await library.page("lantern")).items
    assert [part.text for part in hit.snippet if part.hit] == ["Lantern"]
    assert hit.snippet[0].text.startswith("…")
    assert "<b>the " in hit.snippet[0].text


async def test_the_selected_variant_is_found_and_others_only_when_asked_for(library: Library) -> None:
    _, answered = await library.exchange("hello", "a silver fish")
    await library.swipe(answered, "a golden bird")
    assert await library.found("golden") == [answered]
    assert await library.found("silver") == []
    assert await library.found("silver", variants=True) == [answered]


async def test_an_edit_is_found_by_its_new_text_alone_and_undoing_it_turns_that_around(library: Library) -> None:
    said = await library.say("silver fish")
    assert await library.found("silver") == [said]
    await library.chat.edit("kim", said, text="golden bird", version=None, conversation_id=library.id)
    assert (await library.found("golden"), await library.found("silver")) == ([said], [])
    await library.undo()
    assert (await library.found("golden"), await library.found("silver")) == ([], [said])


async def test_what_is_deleted_or_hidden_is_not_found_until_it_comes_back(library: Library) -> None:
    said = await library.say("silver fish")
    place = {"conversation_id": library.id, "version": None}
    await library.chat.hide("kim", said, **place)
    assert await library.found("silver") == []
    assert await library.found("silver", hidden=True) == [said]
    await library.chat.show("kim", said, **place)
    await library.chat.delete_message("kim", said, following=True, **place)
    assert await library.found("silver") == []
    await library.undo()
    assert await library.found("silver") == [said]


async def test_a_conversation_in_the_trash_takes_its_messages_out_of_what_is_found(library: Library) -> None:
    said = await library.say("silver fish")
    await library.chat.delete("kim", library.id)
    assert (await library.page("silver ada", kinds=KINDS)).items == []
    assert await library.found("silver") == []
    await library.chat.restore("kim", library.id)
    assert await library.found("silver") == [said]


async def test_a_copy_still_finds_what_it_shares_when_its_origin_is_in_the_trash(library: Library) -> None:
    shared = await library.say("silver fish")
    below = await library.say("silver bird")
    done = await library.chat.branch("kim", shared, copy=True, conversation_id=library.id)
    assert await library.found("silver", conversation_id=done.conversation_id) == [shared]
    assert await library.found("silver", conversation_id=library.id) == [below, shared]
    await library.chat.delete("kim", library.id)
    [hit] = (await library.page("silver")).items
    assert (hit.id, hit.conversation_id) == (shared, done.conversation_id)


async def test_nobody_finds_what_is_somebody_elses(library: Library, storage: Database) -> None:
    said = await library.say("silver fish")
    other = Library(storage, owner_id="eve")
    await other.open()
    assert (await other.page("silver")).items == []
    assert await other.found("silver", conversation_id=library.id) == []
    assert await library.found("silver") == [said]


async def test_filters_narrow_by_role_conversation_character_and_time(library: Library) -> None:
    said, answered = await library.exchange("silver fish", "silver bird")
    assert await library.found("silver", role="user") == [said]
    assert await library.found("silver", role="character") == [answered]
    assert await library.found("silver", character_id="ada") == [answered, said]
    assert await library.found("silver", character_id="bob") == []
    assert await library.found("silver", conversation_id="none") == []
    [hit] = [one for one in (await library.page("silver")).items if one.id == said]
    assert said not in await library.found("silver", since=hit.created_at + 60_000)
    assert said in await library.found("silver", since=hit.created_at, until=hit.created_at + 1)
    assert said not in await library.found("silver", until=hit.created_at)


async def test_titles_and_characters_are_found_beside_messages_in_one_paged_list(library: Library) -> None:
    card = await library.card("Silver Ann", description="Keeper of the lighthouse", tags=["sea"])
    item = await library.get()
    await library.chat.rename("kim", library.id, title="A silver evening", version=item["version"])
    said = await library.say("silver fish")
    found = (await library.page("silver")).items
    assert [(one.kind, one.id) for one in found] == [
        ("character", card),
        ("conversation", library.id),
        ("message", said),
    ]
    seen, cursor = [], None
    while len(seen) < 5:
        page = await library.page("silver", limit=1, cursor=cursor)
        seen += [one.id for one in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == [card, library.id, said]


async def test_a_character_is_found_by_what_its_card_says_and_shows_where(library: Library) -> None:
    card = await library.card("Ann", description="Keeper of the lighthouse", tags=["sea"])
    [hit] = (await library.page("lightho", kinds=("character",))).items
    assert (hit.id, hit.title) == (card, "Ann")
    assert [part.text for part in hit.snippet] == ["Keeper of the ", "lighthouse"]
    assert [one.id for one in (await library.page("sea ann", kinds=("character",))).items] == [card]


async def test_a_cursor_of_another_search_is_refused(library: Library) -> None:
    await library.say("silver one")
    await library.say("silver two")
    page = await library.page("silver", kinds=("message",), limit=1)
    assert page.next_cursor is not None
    with pytest.raises(BadCursor):
        await library.page("silver", kinds=("character",), cursor=page.next_cursor)


async def test_many_hits_that_may_not_be_shown_end_a_page_and_lead_on(library: Library) -> None:
    ids = [await library.say("silver") for _ in range(130)]
    for one in ids[1:]:
        await library.chat.hide("kim", one, conversation_id=library.id, version=None)
    page = await library.page("silver", kinds=("message",), limit=5)
    assert [one.id for one in page.items] == [ids[0]]


SIGNS = "ab \"-*():^'&|!\\{}[]<>~+.,;:=%_@#/?`$é酒馆🐉\u0000\ud800\u200d"
HARD = st.text(alphabet=st.sampled_from(list(SIGNS)), max_size=40)


@given(st.lists(st.one_of(HARD, st.text(max_size=30)), min_size=20, max_size=20))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
async def test_whatever_is_typed_is_a_question(library: Library, questions: list[str]) -> None:
    for q in questions:
        assert isinstance(await library.found(q), list)
