"""Tags of one card: compared without regard to case and look-alike forms, kept in their order."""

from collections.abc import Collection, Mapping, Sequence

from tavernai.characters.domain.names import sort_key


def with_tags(tags: Sequence[str], new: Sequence[str]) -> list[str]:
    """The tags with those of `new` that were missing behind them."""
    made, known = list(tags), {sort_key(tag) for tag in tags}
    for tag in new:
        if sort_key(tag) not in known:
            known.add(sort_key(tag))
            made.append(tag)
    return made


def without_tags(tags: Sequence[str], gone: Collection[str]) -> list[str]:
    """The tags but those."""
    keys = {sort_key(tag) for tag in gone}
    return [tag for tag in tags if sort_key(tag) not in keys]


def renamed_tags(tags: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Each tag under its new name, by sort key; two that become one stand where the first stood."""
    made: list[str] = []
    known: set[str] = set()
    for tag in tags:
        name = names.get(sort_key(tag), tag)
        if sort_key(name) not in known:
            known.add(sort_key(name))
            made.append(name)
    return made


def told_apart(old: Sequence[str], new: Sequence[str]) -> tuple[list[str], list[str]]:
    """What came and what went, letter by letter: a tag written otherwise did both."""
    return [tag for tag in new if tag not in old], [tag for tag in old if tag not in new]
