"""What every room brings to a process: its folds and its endpoints."""

from tavernai.accounts.endpoints import router as accounts_router
from tavernai.accounts.projections import FOLDS as ACCOUNTS
from tavernai.agent.endpoints import router as agent_router
from tavernai.agent.projections import FOLDS as AGENT
from tavernai.agent.workshop.endpoints import router as workshop_router
from tavernai.characters.assets.endpoints import router as assets_router
from tavernai.characters.backgrounds.endpoints import router as backgrounds_router
from tavernai.characters.endpoints import router as characters_router
from tavernai.characters.gallery.endpoints import router as gallery_router
from tavernai.characters.gallery.projections import BACK as GALLERY_BACK
from tavernai.characters.gallery.projections import FOLDS as GALLERY
from tavernai.characters.groups.endpoints import router as groups_router
from tavernai.characters.groups.projections import FOLDS as GROUPS
from tavernai.characters.lorebooks.endpoints import router as lorebooks_router
from tavernai.characters.lorebooks.projections import FOLDS as LOREBOOKS
from tavernai.characters.personas.endpoints import router as personas_router
from tavernai.characters.projections import FOLDS as CHARACTERS
from tavernai.chat.endpoints import router as chat_router
from tavernai.chat.pictures.endpoints import router as pictures_router
from tavernai.chat.projections import FOLDS as CHAT
from tavernai.config.endpoints import router as config_router
from tavernai.config.presets.endpoints import router as presets_router
from tavernai.config.projections import FOLDS as CONFIG
from tavernai.gateway.endpoints import router as connections_router
from tavernai.gateway.projections import FOLDS as CONNECTIONS
from tavernai.gateway.speech.endpoints import router as speech_router
from tavernai.gateway.speech.projections import FOLDS as SPEECH
from tavernai.http.streams import router as streams_router
from tavernai.interop.importing.endpoints import router as imports_router
from tavernai.interop.importing.projections import FOLDS as IMPORTS
from tavernai.ops.endpoints import router as ops_router
from tavernai.ops.server_endpoints import router as server_router

FOLDS = (
    ACCOUNTS, CHARACTERS, LOREBOOKS, GROUPS, GALLERY, GALLERY_BACK, CONNECTIONS, SPEECH, CONFIG, CHAT, AGENT, IMPORTS,
)  # fmt: skip

# Every room's endpoints; the busiest first, since the first match wins.
ROUTERS = (
    agent_router,
    streams_router,
    chat_router,
    gallery_router,
    characters_router,
    backgrounds_router,
    assets_router,
    pictures_router,
    personas_router,
    workshop_router,
    lorebooks_router,
    groups_router,
    presets_router,
    imports_router,
    config_router,
    connections_router,
    speech_router,
    accounts_router,
    ops_router,
    server_router,
)
