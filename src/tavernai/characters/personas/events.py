"""Facts about personas."""

from tavernai.kernel.facts import Payload, fact, upcasts


@fact("persona.created")
class PersonaCreated:
    """Somebody described who they are in the story."""

    persona_id: str
    name: str
    description: str


@fact("persona.edited")
class PersonaEdited:
    """It has another name or description."""

    persona_id: str
    name: str
    description: str


@fact("persona.chosen")
class PersonaChosen:
    """From now on this one is the default."""

    persona_id: str


@fact("persona.avatar_changed")
class PersonaAvatarChanged:
    """It has another picture, or none any more."""

    persona_id: str
    avatar: str | None
    """sha256 of the picture"""


@fact("persona.lorebook_chosen")
class PersonaLorebookChosen:
    """Wherever this persona is played, this lorebook is searched; None: none."""

    persona_id: str
    lorebook_id: str | None


@fact("persona.placed")
class PersonaPlaced:
    """Its description stands elsewhere in prompts from now on."""

    persona_id: str
    position: str
    """in_prompt | note_top | note_bottom | in_chat | after_card | none"""
    depth: int
    """messages from the end, where the position is in_chat"""
    role: str


@fact("persona.deleted", v=2)
class PersonaDeleted:
    """The persona is in the trash; before version 2 it was gone for good."""

    persona_id: str
    to_trash: bool


@fact("persona.restored")
class PersonaRestored:
    """It is back from the trash."""

    persona_id: str


@upcasts("persona.deleted", v=1)
def _gone(payload: Payload) -> Payload:
    return payload | {"to_trash": False}
