"""Moving in from SillyTavern, at a desk and on a phone: look, import, read the report, undo."""

from pathlib import Path

from playwright.async_api import expect

from tests.journeys.conftest import Visit
from tests.journeys.visitor import Look
from tests.support.requirements import needs_chromium
from tests.support.servers import Server
from tests.support.tavernfolder import FILES, card, chat, zipped

pytestmark = needs_chromium
WAIT_MS = 30_000


async def test_a_backup_is_looked_at_imported_and_taken_back(
    shared_server: Server, visit: Visit, look: Look, tmp_path: Path
) -> None:
    name = "Yrsa" if look.narrow else "Ottilie"
    files = {path: data for path, data in FILES.items() if "chats/" not in path} | {
        f"characters/{name}.png": card(name),
        f"chats/{name}/Evening.jsonl": chat((name, "Hello."), ("you", "Hi.")),
    }
    backup = tmp_path / f"{name}.zip"
    backup.write_bytes(zipped("", files))
    async with visit(shared_server, look) as visitor:
        page = visitor.page
        await page.goto("/import")
        await visitor.looks_around()
        await page.locator("input[type=file]").set_input_files(backup)
        await expect(page.get_by_text(visitor.words("import.keys_title"))).to_be_visible(timeout=WAIT_MS)
        line = page.get_by_role("button", name=f"characters/{name}.png")
        await expect(line).to_be_visible()
        await line.click()
        await visitor.looks_around()
        await page.locator("button.btn-solid").first.click()
        await expect(visitor.button("import.undo")).to_be_visible(timeout=WAIT_MS)
        await visitor.looks_around()
        await visitor.button("import.undo").click()
        await page.get_by_role("alertdialog").get_by_role("button", name=visitor.words("import.undo")).click()
        await expect(page.locator("header").get_by_text(visitor.words("import.status.undone"))).to_be_visible(
            timeout=WAIT_MS
        )
        await visitor.looks_around()
