"""No server, no network: what was read can be read, what is written waits, and nothing of it comes twice."""

from typing import Any

from playwright.async_api import Page, expect

from tests.conftest import NewServer
from tests.journeys.conftest import Visit
from tests.journeys.teller import GREETING, NAME, Teller, card_png, connect, conversation
from tests.journeys.visitor import STREAMING, Look, Visitor
from tests.support.people import Person
from tests.support.proxies import Behind, Proxy, proxied
from tests.support.requirements import needs_chromium
from tests.support.servers import Server

pytestmark = needs_chromium
WAITING = ("The first thing I wanted to say.", "And the second.")

_WORKER = "() => navigator.serviceWorker.ready.then(one => one.active.state)"
_TEXTS = "() => Object.keys(localStorage).filter(key => key.startsWith('tavern.draft.'))"
_KEPT = """(store) => new Promise((done) => {
  const asked = indexedDB.open('tavern')
  asked.onsuccess = () => {
    const found = asked.result.transaction(store).objectStore(store).count()
    found.onsuccess = () => { asked.result.close(); done(found.result) }
  }
})"""


async def ready(page: Page, *, chats: int = 1) -> None:
    """The worker has the shell, and what is read has been kept."""
    assert await page.evaluate(_WORKER) in ("activating", "activated")
    await expect_kept(page, "chats", chats)


async def expect_kept(page: Page, store: str, count: int = 1) -> None:
    for _ in range(100):
        if await page.evaluate(_KEPT, store) == count:
            return
        await page.wait_for_timeout(100)
    raise AssertionError(f"{store}: {await page.evaluate(_KEPT, store)} kept")


async def told_chat(server: Server, teller: Teller) -> tuple[str, str]:
    async with Person(server.url, key=server.key) as owner:
        await connect(owner, teller)
        return await conversation(owner), await conversation(owner, "Brann")


async def test_a_chat_is_read_and_written_without_a_server_and_sent_in_order_afterwards(
    new_server: NewServer, teller: Teller, visit: Visit, look: Look
) -> None:
    server = new_server()
    address, other = await told_chat(server, teller)
    async with visit(server, look) as reader:
        await reader.page.goto(other)
        await reader.reads(GREETING)
        await reader.page.goto(address)
        await reader.reads(GREETING)
        await ready(reader.page, chats=2)
        server.kill()
        await reader.page.goto(address)
        await reader.reads(GREETING)
        for text in WAITING:
            await _writes(reader, text)
        await reader.looks_around()
        await reader.page.goto("/chat")
        await expect(reader.page.get_by_role("link").filter(has_text="Brann").first).to_be_visible()
        await reader.looks_around()
        await _comes_back(reader, server, teller, address)


async def _writes(reader: Visitor, text: str) -> None:
    await reader.field("chat.message_to", name=NAME).fill(text)
    await reader.button("chat.send").click()
    await expect(reader.page.get_by_text(text)).to_be_visible()


async def _comes_back(reader: Visitor, server: Server, teller: Teller, address: str) -> None:
    teller.says("So you are back.")
    server.start()
    await reader.page.reload()
    await expect(reader.page.get_by_text(reader.words("shell.unreachable"))).to_have_count(0, timeout=30_000)
    await expect_kept(reader.page, "outbox", 0)
    async with Person(server.url, key=server.key) as owner:
        page = (await owner.get(f"/api/conversations/{address.rsplit('/', 1)[-1]}/messages")).ok()
    assert [item["text"] for item in page["items"] if item["role"] == "user"] == list(WAITING)
    await reader.page.goto(address)
    await reader.reads("So you are back.")


async def test_what_waits_can_be_taken_back_and_goes_with_the_person(
    new_server: NewServer, teller: Teller, visit: Visit, look: Look
) -> None:
    server = new_server()
    address, _ = await told_chat(server, teller)
    async with visit(server, look) as reader:
        await reader.page.goto(address)
        await reader.reads(GREETING)
        await ready(reader.page)
        await reader.page.context.set_offline(True)
        for text in WAITING:
            await _writes(reader, text)
        await expect(reader.page.get_by_text(reader.words("offline.away"))).to_be_visible()
        await reader.looks_around()
        await (
            reader.page.get_by_role("group")
            .filter(has_text=WAITING[0])
            .get_by_role("button", name=reader.words("offline.cancel"), exact=True)
            .click()
        )
        await expect(reader.page.get_by_text(WAITING[0])).to_have_count(0)
        await expect_kept(reader.page, "outbox", 1)
        await reader.page.context.set_offline(False)
        await expect_kept(reader.page, "outbox", 0)
        await reader.field("chat.message_to", name=NAME).fill("Half a thought")
        await reader.page.wait_for_function(f"({_TEXTS})().length > 0")
        await _leaves(reader)
        for store in ("chats", "lists", "outbox"):
            await expect_kept(reader.page, store, 0)
        assert await reader.page.evaluate(_TEXTS) == []


async def _leaves(reader: Visitor) -> None:
    await reader.page.goto("/settings/account")
    await reader.button("auth.sign_out").click()
    await expect(reader.page.get_by_role("button", name=reader.words("auth.sign_in"))).to_be_visible()


async def test_a_card_that_another_app_shares_is_imported_once_it_is_agreed_to(
    shared_server: Server, keeper: Person, visit: Visit, look: Look
) -> None:
    async with visit(shared_server, look) as reader:
        await reader.page.goto("/settings")
        assert await reader.page.evaluate(_WORKER) in ("activating", "activated")
        await reader.page.reload()
        name = f"Shared {look.language}"
        await _shares(reader.page, {"name": "card.png", "mimeType": "image/png", "buffer": card_png(name)})
        question = reader.page.get_by_role("alertdialog")
        await expect(question).to_contain_text("card.png")
        found = (await keeper.get("/api/characters", params={"q": name})).ok()
        assert found["items"] == [], "any web page can send a file here: nothing is taken unasked"
        await question.get_by_role("button", name=reader.words("characters.import"), exact=True).click()
        await expect(
            reader.page.get_by_text(reader.words("characters.imported", n=1).split(" | ")[0]).first
        ).to_be_visible()
        await expect(reader.page.get_by_text(name).first).to_be_visible()
        assert "shared" not in reader.page.url


async def _shares(page: Page, file: Any) -> None:
    """What a system does: a navigation by POST with the file."""
    await page.evaluate(
        """() => { const form = document.createElement('form')
        Object.assign(form, {method: 'post', enctype: 'multipart/form-data', action: '/share', id: 'share'})
        const input = Object.assign(document.createElement('input'), {type: 'file', name: 'file'})
        form.append(input); document.body.append(form) }"""
    )
    await page.locator("#share input").set_input_files(file)
    async with page.expect_navigation():
        await page.evaluate("() => document.getElementById('share').submit()")


async def test_a_new_version_waits_for_the_reply_and_for_the_writer(
    new_server: NewServer, teller: Teller, visit: Visit
) -> None:
    server = new_server()
    address, _ = await told_chat(server, teller)
    async with proxied(server.url, holds_streams=False) as proxy, visit(Behind(server, proxy)) as reader:
        await reader.page.goto(address)
        await reader.reads(GREETING)
        await ready(reader.page)
        await reader.page.reload()
        await reader.reads(GREETING)
        composer = reader.field("chat.message_to", name=NAME)
        await composer.fill("I am still writing")
        await _a_new_version_comes(reader.page, proxy)
        prompt = reader.page.get_by_text(reader.words("offline.update_ready"))
        await reader.page.wait_for_timeout(1_000)
        await expect(prompt).to_have_count(0)
        await composer.fill("")
        await expect(prompt).to_be_visible()
        await reader.looks_around()
        async with reader.page.expect_navigation():
            await reader.button("offline.update_now").click()
        await reader.reads(GREETING)
        await expect(prompt).to_have_count(0)


async def test_a_new_version_is_not_offered_while_a_reply_is_written(
    new_server: NewServer, teller: Teller, visit: Visit
) -> None:
    server = new_server()
    address, _ = await told_chat(server, teller)
    async with proxied(server.url, holds_streams=False) as proxy, visit(Behind(server, proxy)) as reader:
        await reader.page.goto(address)
        await reader.reads(GREETING)
        await ready(reader.page)
        await reader.page.reload()
        await reader.reads(GREETING)
        teller.says("One word after another, " * 12 + "the end.", tokens_per_second=12)
        await reader.write("Tell me slowly.", to=NAME)
        await expect(reader.page.locator(STREAMING)).to_contain_text("One word")
        await _a_new_version_comes(reader.page, proxy)
        await reader.page.wait_for_function(_WAITS)
        await reader.page.wait_for_timeout(1_000)
        prompt = reader.page.get_by_text(reader.words("offline.update_ready"))
        assert await reader.page.locator(STREAMING).count() == 1, "the reply ended before it was looked at"
        await expect(prompt).to_have_count(0)
        await reader.reads("the end.")
        await expect(prompt).to_be_visible()


# The new worker stands by: from now on only the page holds the offer back.
_WAITS = "() => navigator.serviceWorker.getRegistration().then(one => Boolean(one.waiting))"


async def _a_new_version_comes(page: Page, proxy: Proxy) -> None:
    """The worker's file differs by a line, as after an update of the server."""
    proxy.added["/sw.js"] = b"\n// newer"
    await page.evaluate("() => navigator.serviceWorker.getRegistration().then(one => one.update())")
