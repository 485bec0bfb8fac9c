"""Facts about personas."""

from tavernai.kernel.facts import fact


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


@fact("persona.deleted")
class PersonaDeleted:
    """The persona is gone."""

    persona_id: str
