"""Reading a long story, and arranging what was said in it."""

import time

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, NAME, Teller, connect, conversation
from tests.journeys.visitor import Look, Visitor
from tests.support.history import STEP_MS, filled
from tests.support.people import Person
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
MESSAGES = 450
AT_END = "one => one.scrollHeight - one.scrollTop - one.clientHeight < 2"


async def test_a_long_story_is_read_from_any_of_its_days(server: Server, visit: Visit, look: Look) -> None:
    server.stop()
    story = await filled(server.data, MESSAGES, int(time.time() * 1000))
    server.start()
    async with visit(server, look) as reader:
        await reader.page.goto(f"/chat/{story}")
        await expect(reader.message(f"({MESSAGES - 1})")).to_be_visible()
        await _jumps_to_the_oldest_day(reader)
        await _scrolls_on_without_a_jump(reader)
        await _returns_to_the_newest(reader)
        await _follows_a_hit(reader, story)


async def _jumps_to_the_oldest_day(reader: Visitor) -> None:
    await _opens(reader, "chat.days")
    days = reader.dialog("chat.days").get_by_role("cell").get_by_role("button")
    await expect(days).not_to_have_count(0)
    assert await days.count() >= MESSAGES * STEP_MS // 86_400_000
    await reader.looks_around()
    await days.first.click()
    await expect(reader.dialog("chat.days")).to_have_count(0)
    await expect(reader.message(f"({MESSAGES - 1})")).to_have_count(0)
    await reader.looks_around()


async def _scrolls_on_without_a_jump(reader: Visitor) -> None:
    """What is read stays where it is while pages come at either end."""
    moved = await reader.page.evaluate(
        """async () => {
          const box = document.querySelector('[role=log]'), wait = () => new Promise(requestAnimationFrame)
          let worst = 0
          for (let step = 0; step < 60; step += 1) {
            const by = step < 30 ? 400 : -400
            const rows = [...box.querySelectorAll('[data-row]')]
            const seen = rows.find(row => row.getBoundingClientRect().top > box.getBoundingClientRect().top + 40)
            const [before, top] = [seen?.getBoundingClientRect().top, box.scrollTop]
            box.scrollBy(0, by)
            const done = box.scrollTop - top
            await wait(); await wait()
            if (!seen?.isConnected || done !== by) continue
            worst = Math.max(worst, Math.abs(before - by - seen.getBoundingClientRect().top))
          }
          return worst
        }"""
    )
    assert moved <= 2, f"what was read jumped by {moved} px"


async def _returns_to_the_newest(reader: Visitor) -> None:
    await reader.page.get_by_role("button", name=reader.words("chat.to_end"), exact=True).click()
    await expect(reader.message(f"({MESSAGES - 1})")).to_be_visible()
    await _rests_at_the_end(reader)


async def _rests_at_the_end(reader: Visitor) -> None:
    """Rows are measured as they come: a busy machine needs a moment."""
    for _ in range(150):
        if await reader.log.evaluate(AT_END):
            return
        await reader.page.wait_for_timeout(100)
    raise AssertionError("the newest message is not at the end of what is seen")


async def _follows_a_hit(reader: Visitor, story: str) -> None:
    answer = await reader.page.request.get(f"/api/conversations/{story}/messages?at=2000-01-01T00:00:00Z&limit=10")
    hit = (await answer.json())["items"][2]["id"]
    await reader.page.goto(f"/chat/{story}/m/{hit}?q=says")
    await expect(reader.message("(2)")).to_be_in_viewport()
    marked = "() => [...CSS.highlights.get('hit') ?? []].some(one => one.toString().toLowerCase() === 'says')"
    assert await reader.page.evaluate(marked)


async def test_messages_are_bookmarked_compared_chosen_and_brought_back(
    shared_server: Server, keeper: Person, teller: Teller, visit: Visit, look: Look
) -> None:
    await connect(keeper, teller)
    address = await conversation(keeper)
    async with visit(shared_server, look) as reader:
        await reader.page.goto(address)
        await reader.reads(GREETING)
        teller.says("The kettle sings of salt and rope.")
        await reader.write("What does the kettle sing of?", to=NAME)
        await reader.reads("salt and rope")
        teller.says("The kettle sings of salt and letters.")
        await reader.button("chat.write_again").click()
        await reader.reads("salt and letters")
        await _compares_and_goes_back(reader)
        await _bookmarks(reader)
        await _deletes_two_and_takes_it_back(reader)
        await _moves_two_elsewhere(reader, address)


async def _compares_and_goes_back(reader: Visitor) -> None:
    await _asks_more(reader, "salt and letters", "chat.compare")
    both = reader.dialog("chat.compare")
    await expect(both).to_contain_text("salt and rope")
    await both.get_by_role("switch").click()
    await expect(both.locator("del")).to_contain_text("rope")
    await expect(both.locator("ins")).to_contain_text("letters")
    await reader.looks_around()
    await both.get_by_role("button", name=reader.words("chat.use_version"), exact=True).first.click()
    await reader.reads("salt and rope")


async def _bookmarks(reader: Visitor) -> None:
    await _asks_more(reader, "What does the kettle", "chat.bookmark_set")
    await _opens(reader, "chat.bookmarks")
    marks = reader.dialog("chat.bookmarks")
    await marks.get_by_role("button", name=reader.words("chat.bookmark_rename"), exact=True).click()
    await marks.get_by_role("textbox").fill("The question")
    await reader.looks_around()
    await marks.get_by_role("button", name=reader.words("common.save"), exact=True).click()
    await marks.get_by_role("button").filter(has_text="The question").click()
    await expect(marks).to_have_count(0)
    await expect(reader.message("What does the kettle")).to_contain_text("The question")
    await reader.looks_around()


async def _deletes_two_and_takes_it_back(reader: Visitor) -> None:
    await _chooses_the_last_two(reader)
    await reader.looks_around()
    await (
        reader.page.get_by_role("toolbar").get_by_role("button", name=reader.words("common.delete"), exact=True).click()
    )
    await expect(reader.message("salt and rope")).to_have_count(0)
    await _opens(reader, "chat.history")
    history = reader.dialog("chat.history")
    await expect(history.get_by_role("listitem").first).to_contain_text("2")
    await reader.looks_around()
    await history.get_by_role("button", name=reader.words("chat.bring_back"), exact=True).first.click()
    await expect(history.get_by_text(reader.words("chat.change_state.undone")).first).to_be_visible()
    await reader.page.keyboard.press("Escape")
    await reader.reads("salt and rope")


async def _moves_two_elsewhere(reader: Visitor, address: str) -> None:
    await _chooses_the_last_two(reader)
    bar = reader.page.get_by_role("toolbar", name=reader.words("chat.chosen"))
    if reader.look.narrow:
        await bar.get_by_role("button").last.click()
        await reader.menu("chat.move_to_branch")
    else:
        await bar.get_by_role("button", name=reader.words("chat.move_to_branch"), exact=True).click()
    await expect(reader.page).not_to_have_url(address)
    await reader.reads("salt and rope")
    await expect(reader.message(GREETING)).to_have_count(0)


async def _chooses_the_last_two(reader: Visitor) -> None:
    await _opens(reader, "chat.select_messages")
    boxes = reader.log.get_by_role("checkbox")
    await boxes.nth(1).click()
    await boxes.last.click(modifiers=["Shift"])
    await expect(reader.page.get_by_role("toolbar", name=reader.words("chat.chosen"))).to_contain_text("2")


async def _opens(reader: Visitor, name: str) -> None:
    """Choose from the menu in the conversation's header."""
    await reader.page.locator("header").get_by_role("button", name=reader.words("common.more_actions")).first.click()
    await reader.menu(name)


async def _asks_more(reader: Visitor, text: str, deed: str) -> None:
    """Do what stands behind "more" at a message: the menu of its tools at a desk, the sheet on a phone."""
    message = reader.message(text).last
    if not reader.look.narrow:
        await message.hover()
        await message.get_by_role("button", name=reader.words("common.more_actions")).click()
        return await reader.menu(deed)
    await (
        message.get_by_role("button", name=reader.words("common.more_actions"))
        .or_(message.locator("header").get_by_role("button"))
        .last.click()
    )
    return await reader.dialog("chat.actions_of", name="").get_by_role("button", name=reader.words(deed)).click()
