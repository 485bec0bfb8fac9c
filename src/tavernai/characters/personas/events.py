"""Facts about personas."""

from tavernai.kernel.facts import fact


@fact("persona.created")
class PersonaCreated:
    persona_id: str
    name: str
    description: str


@fact("persona.edited")
class PersonaEdited:
    persona_id: str
    name: str
    description: str


@fact("persona.chosen")
class PersonaChosen:
    """From now on this one is the default."""

    persona_id: str


@fact("persona.deleted")
class PersonaDeleted:
    persona_id: str
