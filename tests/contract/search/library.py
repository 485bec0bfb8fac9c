"""A tale that can be searched: short words over the search service."""

from typing import Any

from tavernai.characters.finding import CharacterFinder, CharacterIndex
from tavernai.characters.service import CharacterService
from tavernai.chat.finding import ConversationFinder, MessageFinder
from tavernai.chat.indexes import ConversationIndex, MessageIndex
from tavernai.kernel.paging import Page
from tavernai.kernel.words import asked
from tavernai.ledger.follower import Follower
from tavernai.ledger.ports import Storage
from tavernai.ops.search import SearchService
from tavernai.storage.finding import Found, Wanted
from tests.contract.chat.tale import Company, Tale

PATIENCE_SECONDS = 60
KINDS = ("character", "conversation", "message")


def new_follower(storage: Storage, *indexes: Any) -> Follower:
    return Follower(storage, indexes or [CharacterIndex(), ConversationIndex(), MessageIndex()], quiet_seconds=0)


class Library(Tale):
    """One person's conversations and characters, and what they find in them."""

    def __init__(self, storage: Storage, *, owner_id: str = "kim") -> None:
        super().__init__(storage, owner_id=owner_id)
        finders = (CharacterFinder(), ConversationFinder(Company()), MessageFinder(Company()))
        self.follower = new_follower(storage)
        self.search = SearchService(storage, self.follower, finders)

    async def page(
        self, q: str, *, kinds: Any = KINDS, cursor: str | None = None, limit: int = 50, **wanted: Any
    ) -> Page[Found]:
        # The search itself waits half a second at most, which a busy machine may exceed.
        await self.follower.caught_up(seconds_max=PATIENCE_SECONDS)
        what = Wanted(self.owner_id, asked(q), **wanted)
        return await self.search.find(what, kinds=kinds, scopes=("chat", "characters"), cursor=cursor, limit=limit)

    async def found(self, q: str, **wanted: Any) -> list[str]:
        """Ids of the messages found."""
        return [one.id for one in (await self.page(q, kinds=("message",), **wanted)).items]

    async def card(self, name: str, **card: Any) -> str:
        service = CharacterService(self.storage, None, None)  # type: ignore[arg-type]  # nobody gets a picture here
        return (await service.create(self.owner_id, {"name": name} | card)).id
