"""Which maker makes what."""

from collections.abc import Sequence

from tavernai.interop.importing.domain.found import PRESETS
from tavernai.interop.importing.makers.cards import Cards
from tavernai.interop.importing.makers.chats import Chats
from tavernai.interop.importing.makers.objects import Backgrounds, Books, Groups, Personas, Presets
from tavernai.interop.importing.makers.settings import SettingsMaker
from tavernai.interop.importing.makers.sprites import Sprites
from tavernai.interop.importing.making import Maker, Read, Run
from tavernai.storage.rows import Row


class Importer:
    """One run of one import, kind by kind."""

    def __init__(self, run: Run) -> None:
        chats = Chats(run)
        self._makers: dict[str, Maker] = {
            "character": Cards(run),
            "sprite": Sprites(run),
            "lorebook": Books(run),
            "persona": Personas(run),
            **dict.fromkeys(PRESETS, Presets(run)),
            "background": Backgrounds(run),
            "group": Groups(run),
            "chat": chats,
            "group_chat": chats,
            "settings": SettingsMaker(run),
        }

    async def read(self, items: Sequence[Row]) -> list[Read]:
        """What items of one kind hold, in their order."""
        return await self._makers[items[0]["kind"]].read(items)

    async def write(self, told: Sequence[Read]) -> None:
        """Make what was read."""
        await self._makers[told[0].item["kind"]].write(told)
