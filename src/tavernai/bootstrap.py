"""Ties engines to ports: the only module that knows every name.

async with open_services(settings, serving=True) as services:
    app = web_app(services)
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from sqlalchemy import Connection as Reader

from tavernai.accounts.gate import Gate
from tavernai.accounts.guards import authorize_key
from tavernai.accounts.keys import KeyService
from tavernai.accounts.limits import SignInLimits
from tavernai.accounts.passwords import Passwords
from tavernai.accounts.service import AccountsService
from tavernai.accounts.sign_in import SignInService
from tavernai.accounts.tokens import new_setup_code
from tavernai.agent.cast import OwnStage
from tavernai.agent.greeting import Greeter
from tavernai.agent.hearing import Listener
from tavernai.agent.reply import ReplyWriter
from tavernai.agent.runner import Runner
from tavernai.agent.service import AgentService
from tavernai.agent.stage import Director
from tavernai.agent.stopping import Stopper
from tavernai.agent.workshop.service import WorkshopService
from tavernai.characters.assets.service import AssetService
from tavernai.characters.avatars import AvatarService
from tavernai.characters.backgrounds.service import BackgroundService
from tavernai.characters.finding import CharacterFinder, CharacterIndex
from tavernai.characters.gallery.bulk import BulkService
from tavernai.characters.gallery.duplicates import DuplicateService
from tavernai.characters.gallery.shelves import ShelfService
from tavernai.characters.groups.service import GroupService
from tavernai.characters.importing import ImportService
from tavernai.characters.lorebooks.importing import LorebookImportService
from tavernai.characters.lorebooks.service import LorebookService
from tavernai.characters.personas.service import PersonaService
from tavernai.characters.service import CharacterService
from tavernai.chat import store as chat_store
from tavernai.chat.conversations import ChatService
from tavernai.chat.finding import ConversationFinder, MessageFinder
from tavernai.chat.habits import OwnChats
from tavernai.chat.indexes import ConversationIndex, MessageIndex
from tavernai.chat.pictures.service import RemotePictureService
from tavernai.chat.places import BookAttachments, OwnPlaces, PersonaLocks, PresetChoices
from tavernai.cli.host import GivenBackend
from tavernai.config.presets.service import PresetService
from tavernai.config.service import ConfigService
from tavernai.engines.anthropic import AnthropicBackend
from tavernai.engines.blobs import FileBlobs
from tavernai.engines.choice import dialog_of
from tavernai.engines.core_client import RemoteGateway
from tavernai.engines.database_lock import DatabaseLock
from tavernai.engines.demo import DemoBackend
from tavernai.engines.gemini import GeminiBackend
from tavernai.engines.http_backend import HttpBackend
from tavernai.engines.kept_pictures import KeptPictures
from tavernai.engines.koboldcpp import KoboldCppBackend
from tavernai.engines.llamacpp import LlamaCppBackend
from tavernai.engines.lock import FolderLock
from tavernai.engines.ollama import OllamaBackend
from tavernai.engines.openai import OpenAIBackend
from tavernai.engines.outgoing import GuardedResolver
from tavernai.engines.pictures import PillowPictures
from tavernai.engines.remote_pictures import RemotePictures
from tavernai.engines.secret_box import FileSecretBox
from tavernai.engines.speech import OpenAISpeaker
from tavernai.engines.text import TextBackend
from tavernai.engines.vocabularies import Vocabularies
from tavernai.gateway.breaker import Breakers
from tavernai.gateway.connections import ConnectionService
from tavernai.gateway.core_app import CoreApp
from tavernai.gateway.counting import CountService
from tavernai.gateway.domain import Connection, Secret, Timeouts
from tavernai.gateway.kinds import checked_address, checked_key
from tavernai.gateway.ports import Backend, Gateway
from tavernai.gateway.probing import ProbeService, StatusDesk
from tavernai.gateway.service import FixedBook, GatewayService
from tavernai.gateway.speech.service import SpeechService
from tavernai.http.app import create_app
from tavernai.http.control import Control
from tavernai.http.door import Door
from tavernai.interop.importing.exporting import ExportService, Shelves
from tavernai.interop.importing.making import Tools
from tavernai.interop.importing.origins import ImportOrigins
from tavernai.interop.importing.service import ImportsService
from tavernai.kernel.errors import Forbidden, InvalidInput, NotSignedIn
from tavernai.ledger.follower import Follower
from tavernai.ledger.projections import Projections
from tavernai.ledger.transaction import LedgerSession
from tavernai.ops.backups.making import Sources
from tavernai.ops.backups.plan import Plan
from tavernai.ops.backups.service import BackupService
from tavernai.ops.doctor import Patient
from tavernai.ops.hosting import HostService
from tavernai.ops.metrics import Metrics
from tavernai.ops.search import SearchService
from tavernai.process import Services, Work
from tavernai.rooms import FOLDS, ROUTERS
from tavernai.settings import SettingRefused, Settings
from tavernai.storage.database import Database
from tavernai.storage.migrate import upgrade
from tavernai.streaming.drafts import Drafts
from tavernai.streaming.hub import Hub
from tavernai.streaming.service import StreamingService


class Hearing:
    """Who may listen: a conversation's owner. Fulfils streaming.ports.Access."""

    def may_hear(self, conn: Reader, user_id: str, conversation_id: str) -> bool:
        return chat_store.owner_of(conn, conversation_id) == user_id


@asynccontextmanager
async def open_services(settings: Settings, *, serving: bool = False, alone: bool = True) -> AsyncIterator[Services]:
    """Open the data and wire every service.

    Args:
        serving: also work: recover, run tasks, keep drafts, stream.
        alone: hold the data folder; a gateway that only looks connections and keys up may stand beside a server.
    Raises:
        FolderInUse: another process holds this data folder.
        DatabaseInUse: another process serves this database.
        SchemaTooNew: the data is of a newer version.
    """
    async with AsyncExitStack() as stack:
        if not settings.data_dir.exists():  # chats and password hashes: nobody else's business on a shared machine
            settings.data_dir.mkdir(mode=0o700, parents=True)
        if settings.is_embedded and alone:
            stack.enter_context(FolderLock(settings.run_dir))
        if settings.database_url is not None and serving:
            await stack.enter_async_context(DatabaseLock(settings.database_url))
        storage, projections, metrics = _open_storage(settings)
        stack.push_async_callback(storage.close)
        services = Services(settings, storage, projections)
        services.add(metrics, storage.health)
        _wire_accounts(services, stack)
        _wire_characters(services, stack)
        gateway = _wire_gateway(services, stack)
        work = _wire_agent(services, gateway)
        _wire_pictures(services, stack)
        _wire_search(services)
        _wire_export(services)
        _wire_backups(services)
        if serving:
            await work.begin()
            stack.push_async_callback(work.end)
        yield services


def web_app(services: Services, *, control: Control | None = None) -> Door:
    """The whole server as one ASGI callable."""
    return create_app(
        services.provides, ROUTERS, settings=services.settings, core_app=services.core_app, control=control
    )


@asynccontextmanager
async def open_gateway(settings: Settings, backend: GivenBackend | None) -> AsyncIterator[CoreApp]:
    """Core alone: over the stored connections with keys, or over the one back end given, without, on loopback."""
    async with AsyncExitStack() as stack:
        if backend is None:
            services = await stack.enter_async_context(open_services(settings, alone=False))
            yield services.core_app
            return
        address = checked_address(backend.kind, backend.base_url or None)
        given = Connection(
            "default", "default", backend.kind, address, backend.model, Secret(backend.key), _timeouts(settings),
            is_default=True,
        )  # fmt: skip
        gateway = GatewayService(FixedBook([given]), _backends())
        stack.push_async_callback(gateway.close)
        yield CoreApp(gateway, loopback_only=True)


def _wire_accounts(services: Services, stack: AsyncExitStack) -> None:
    settings, storage = services.settings, services.storage
    gate, passwords = Gate(storage, session_days=settings.session_days), Passwords()
    stack.callback(passwords.close)
    limits = SignInLimits(by_name=settings.sign_in_attempts_max, by_address=settings.address_attempts_max)
    services.setup_code = new_setup_code() if settings.is_reachable else None
    services.add(
        gate,
        AccountsService(storage, gate=gate, passwords=passwords),
        KeyService(storage, gate=gate),
        SignInService(storage, gate=gate, passwords=passwords, limits=limits, setup_code=services.setup_code),
    )


def _wire_characters(services: Services, stack: AsyncExitStack) -> None:
    storage, pictures = services.storage, PillowPictures()
    blobs = FileBlobs(services.settings.data_dir / "blobs")
    avatars, bulks = AvatarService(storage, blobs, pictures), BulkService(storage)
    stack.push_async_callback(bulks.close)
    cards = ImportService(storage, blobs)
    folders = ImportsService(Tools(storage, blobs, pictures, cards), folder=services.settings.data_dir / "imports")
    stack.push_async_callback(folders.close)
    services.add(cards, folders)
    services.add(ShelfService(storage), bulks, DuplicateService(storage, chats=OwnChats()))
    services.add(
        CharacterService(storage, blobs, pictures, chats=OwnChats()),
        avatars,
        BackgroundService(storage, blobs, pictures),
        AssetService(storage, blobs, avatars),
        PersonaService(storage, avatars=avatars, locks=PersonaLocks()),
        ConfigService(storage, places=OwnPlaces()),
        LorebookService(storage, attachments=BookAttachments()),
        LorebookImportService(storage),
        GroupService(storage),
        PresetService(storage, choices=PresetChoices()),
    )


def _wire_gateway(services: Services, stack: AsyncExitStack) -> Gateway:
    settings, observe = services.settings, services[Metrics]
    backends = _backends()
    connections = ConnectionService(services.storage, FileSecretBox(settings.key_file), timeouts=_timeouts(settings))
    speaker = OpenAISpeaker(resolver=GuardedResolver())
    stack.push_async_callback(speaker.close)
    services.add(SpeechService(services.storage, FileSecretBox(settings.key_file), speaker))
    inside = GatewayService(connections, backends, observe=observe, breakers=Breakers(turned=observe.turned))
    stack.push_async_callback(inside.close)
    services.core_app = CoreApp(inside, authorize=_gateway_key(services[Gate]))
    gateway: Gateway = inside
    if settings.core_base_url is not None:
        outside = RemoteGateway(settings.core_base_url, key=_core_key(settings))
        stack.push_async_callback(outside.close)
        gateway = outside
    else:  # behind another process there is no server to ask
        services.add(CountService(backends))
    services.add(connections, ProbeService(backends), StatusDesk(gateway))
    return gateway


def _core_key(settings: Settings) -> str:
    """What the gateway elsewhere asks for. Raises SettingRefused."""
    if settings.core_api_key_file is None:
        return ""
    try:
        return checked_key(settings.core_api_key_file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, InvalidInput):
        sentence = "CORE_API_KEY_FILE must name a file with one key in it."
        raise SettingRefused(sentence, setting="CORE_API_KEY_FILE") from None


OVER_HTTP: dict[str, type[HttpBackend]] = {
    "openai": OpenAIBackend,
    "anthropic": AnthropicBackend,
    "gemini": GeminiBackend,
    "ollama": OllamaBackend,
    "llamacpp": LlamaCppBackend,
    "koboldcpp": KoboldCppBackend,
    "text": TextBackend,
}


def _backends() -> dict[str, Backend]:
    over_http = {kind: make(resolver=GuardedResolver()) for kind, make in OVER_HTTP.items()}
    return {"demo": DemoBackend(), **over_http}


def _timeouts(settings: Settings) -> Timeouts:
    return Timeouts(settings.connect_seconds, settings.first_token_seconds, settings.between_tokens_seconds)


def _gateway_key(gate: Gate) -> Callable[[str | None], Awaitable[bool]]:
    """Core's own door: an API key with the scope `gateway`."""

    async def may(token: str | None) -> bool:
        try:
            await authorize_key(gate, token or "", "gateway")
        except (NotSignedIn, Forbidden):
            return False
        return True

    return may


def _wire_agent(services: Services, gateway: Gateway) -> Work:
    storage, stage = services.storage, OwnStage()
    hub = Hub(heartbeat_seconds=services.settings.heartbeat_seconds)
    services[Gate].on_forget(hub.let_go)
    counts: Any = services.provides.get(CountService)
    drafts, director = Drafts(storage), Director(stage, Vocabularies())
    writer = ReplyWriter(storage, gateway, hub, drafts, director, counts)
    runner = Runner(storage, writer.write)
    writer.worker = runner.worker
    agent = AgentService(storage, stage=stage)
    streaming = StreamingService(storage, hub, access=Hearing(), interrupt=agent)
    listener = Listener(stage)
    chat = ChatService(
        storage, cast=stage, tasks=Stopper(), origins=ImportOrigins(), corrector=listener, pages=hub,
        greeter=Greeter(listener),
    )  # fmt: skip
    services.add(hub, agent, streaming, chat)
    services.add(WorkshopService(storage, gateway, director=director, listener=listener))
    return Work(services, hub, drafts, runner)


def _wire_pictures(services: Services, stack: AsyncExitStack) -> None:
    source, shelf = RemotePictures(), KeptPictures(services.settings.data_dir / "cache" / "pictures")
    stack.push_async_callback(source.close)
    services.add(RemotePictureService(services[ConfigService], source, shelf))


def _wire_search(services: Services) -> None:
    storage, stage = services.storage, OwnStage()
    follower = Follower(storage, [CharacterIndex(), ConversationIndex(), MessageIndex()])
    finders = (CharacterFinder(), ConversationFinder(stage), MessageFinder(stage))
    services.add(follower, SearchService(storage, follower, finders))


def _wire_backups(services: Services) -> None:
    settings, storage = services.settings, services.storage
    default = Plan(
        None if settings.backup_hour < 0 else settings.backup_hour,
        settings.backup_keep_daily,
        settings.backup_keep_weekly,
    )
    sources = Sources(storage.dialog, settings.data_dir, settings.key_file)
    address = storage.dialog.write_engine.url.render_as_string(hide_password=False)
    patient = Patient(
        data_dir=settings.data_dir,
        key_file=settings.key_file,
        backups_dir=settings.backups_dir,
        database_url=None if settings.is_embedded else address,
        backups_wanted=default.hour is not None,
        timeouts=(settings.connect_seconds, settings.first_token_seconds, settings.between_tokens_seconds),
    )
    services.add(
        BackupService(storage, sources, settings.backups_dir, default),
        HostService(storage.dialog, storage.health, patient),
    )


def _wire_export(services: Services) -> None:
    shelves = Shelves(
        services[CharacterService], services[LorebookService], services[PresetService], services[PersonaService],
        services[ChatService], services[GroupService], services[AssetService],
    )  # fmt: skip
    services.add(ExportService(services.storage, shelves, folder=services.settings.data_dir / "imports"))


def _open_storage(settings: Settings) -> tuple[Database, Projections, Metrics]:
    dialog = dialog_of(settings.data_dir, settings.database_url)
    upgrade(dialog.write_engine)
    projections, metrics = Projections(FOLDS), Metrics()
    return Database(dialog, LedgerSession(dialog, projections), appended=metrics.appended), projections, metrics
