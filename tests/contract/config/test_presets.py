"""Presets on each engine: guessed, kept without secrets, changed, given back; and the facts tell it all again."""

from typing import Any

import orjson
import pytest

from tavernai.characters.service import CharacterService
from tavernai.chat.places import OwnPlaces, PresetChoices
from tavernai.config.domain.fold import Scope
from tavernai.config.presets.domain.kinds import found_in
from tavernai.config.presets.errors import NotAPreset, PresetInTrash, PresetNameTaken
from tavernai.config.presets.service import PresetService, detail
from tavernai.config.service import ConfigService
from tavernai.kernel.errors import Conflict, NotFound
from tavernai.kernel.ids import new_id
from tavernai.storage.database import Database
from tests.support.shared import fixture, fixture_names
from tests.support.storage import compared_with_replay

ME = new_id()
KINDS = {
    "openai": "chat", "textgen": "text", "kobold": "kobold", "novel": "novel", "context": "context",
    "instruct": "instruct", "sysprompt": "system_prompt", "reasoning": "reasoning", "quick-replies": "quick_reply",
}  # fmt: skip


@pytest.fixture
def presets(storage: Database) -> PresetService:
    return PresetService(storage)


async def check(storage: Database) -> None:
    assert [table for table in await storage.read(compared_with_replay) if not table.equal] == []


@pytest.mark.parametrize("path", [one for kind in KINDS for one in fixture_names(f"sillytavern/presets/{kind}/*.json")])
async def test_real_presets_are_known_and_come_back_equal(path: str, presets: PresetService) -> None:
    data = fixture(path).read_bytes()
    [made] = await presets.import_bytes(ME, path, data)
    assert (made.status, made.kind) == ("imported", KINDS[path.split("/")[2]]), made.message
    if not made.warnings:
        out = (await presets.export(ME, str(made.preset_id)))[1]
        assert orjson.dumps(orjson.loads(out)) == orjson.dumps(orjson.loads(data)), "keys, order, values"


@pytest.mark.parametrize("path", fixture_names("sillytavern/regex/*.json") + fixture_names("sillytavern/themes/*.json"))
async def test_real_scripts_and_themes_are_known(path: str, presets: PresetService) -> None:
    value = orjson.loads(fixture(path).read_bytes())
    written = value if isinstance(value, list) else [value]
    for made, one in zip(await presets.import_bytes(ME, path, orjson.dumps(value)), written, strict=True):
        assert made.kind == ("script" if "/regex/" in path else "theme")
        assert orjson.dumps(orjson.loads((await presets.export(ME, str(made.preset_id)))[1])) == orjson.dumps(one)


async def test_secrets_are_dropped_and_named_never_told(storage: Database, presets: PresetService) -> None:
    data = {
        "prompts": [], "proxy_password": "hunter2", "reverse_proxy": "https://u:p@x", "api_key_openai": "sk-1",
        "custom_url": "https://me:word@host/v1", "openai_max_tokens": 300, "custom_include_headers": "X: y",
    }  # fmt: skip
    [made] = await presets.import_bytes(ME, "Mine.json", orjson.dumps(data))
    row = await presets.get(ME, str(made.preset_id))
    assert orjson.loads(row["data"]) == {"prompts": [], "openai_max_tokens": 300}
    assert len(made.warnings) == 5
    assert "hunter2" not in str(made.warnings)
    await check(storage)


async def test_a_file_of_several_is_split(storage: Database, presets: PresetService) -> None:
    script = {"scriptName": "A", "findRegex": "/a/g", "replaceString": "b", "placement": [1]}
    two = await presets.import_bytes(ME, "both.json", orjson.dumps([script, script | {"scriptName": "B"}]))
    assert [(one.kind, one.name) for one in two] == [("script", "A"), ("script", "B")]
    master = {
        "instruct": {"name": "I", "input_sequence": "<", "output_sequence": ">"}, "srw": {"value": "x", "show": True},
        "context": {"name": "C", "story_string": "{{system}}"}, "sysprompt": {"name": "S", "content": "Be."},
        "preset": {"name": "P", "temp": 1}, "reasoning": {"name": "R", "prefix": "", "suffix": "", "separator": ""},
    }  # fmt: skip
    made = await presets.import_bytes(ME, "master.json", orjson.dumps(master))
    told = {(one.kind, one.name) for one in made}
    assert told == {
        ("instruct", "I"), ("context", "C"), ("system_prompt", "S"), ("text", "P"), ("reasoning", "R"),
    }  # fmt: skip
    await check(storage)


async def test_a_preset_is_changed_trashed_and_brought_back(storage: Database, presets: PresetService) -> None:
    made = await presets.create(ME, "theme", name="Dusk", data={"a": 1, "b": 2})
    changed = await presets.change(ME, made["id"], version=1, name=None, data={"a": 1, "c": 3})
    assert (changed["version"], orjson.loads(changed["data"])) == (2, {"a": 1, "c": 3})
    [line, _] = (await presets.history(ME, made["id"], cursor=None, limit=9)).items
    assert orjson.loads(line["changed"]) == ["data/b", "data/c"]
    with pytest.raises(Conflict):
        await presets.change(ME, made["id"], version=1, name="x", data=None)
    twin = await presets.create(ME, "theme", name="dusk", data={})
    assert twin["name"] == "dusk (2)"
    with pytest.raises(PresetNameTaken):
        await presets.change(ME, twin["id"], version=1, name="DUSK", data=None)
    await presets.delete(ME, made["id"])
    with pytest.raises(PresetInTrash):
        await presets.change(ME, made["id"], version=3, name="y", data=None)
    assert (await presets.restore(ME, made["id"]))["deleted_at"] is None
    with pytest.raises(NotFound):
        await presets.get(new_id(), made["id"])
    await check(storage)


async def test_a_change_leaves_the_rest_of_the_file_alone(storage: Database, presets: PresetService) -> None:
    one, two = {"name": "A", "identifier": "z", "odd": None}, {"identifier": "a", "content": "b"}
    [made] = await presets.import_bytes(ME, "P.json", orjson.dumps({"z": 1.0, "prompts": [one, two], "a": {"y": 1}}))
    shown = detail(await presets.get(ME, str(made.preset_id)))["data"]
    changed = {**shown, "prompts": [two | {"content": "c"}, one], "new": 1}
    await presets.change(ME, str(made.preset_id), version=1, name=None, data=changed)
    out = orjson.dumps(orjson.loads((await presets.export(ME, str(made.preset_id)))[1]))
    assert out == orjson.dumps({"z": 1.0, "prompts": changed["prompts"], "a": {"y": 1}, "new": 1})
    await check(storage)


async def test_a_version_tells_what_changed_and_can_be_brought_back(storage: Database, presets: PresetService) -> None:
    prompts = [{"identifier": "main", "name": "Main", "content": "old"}]
    made = await presets.create(ME, "chat", name="Mine", data={"prompts": prompts, "temperature": 1})
    data = {"prompts": [prompts[0] | {"content": "new"}], "top_p": 0.5}
    await presets.change(ME, made["id"], version=1, name="Ours", data=data)
    told = await presets.version(ME, made["id"], 2, against="before")
    own, main = told["groups"]
    assert [(one.name, one.before, one.after) for one in own.fields] == [
        ("name", "Mine", "Ours"), ("data/top_p", None, 0.5), ("data/temperature", 1, None),
    ]  # fmt: skip
    assert (main.place, main.title, main.fields[0].before) == ("data/prompts/main", "Main", "old")
    again = await presets.bring_back(ME, made["id"], version=2, to=1)
    assert (detail(again)["data"], again["name"], again["version"]) == (detail(made)["data"], "Ours", 3)
    assert (await presets.version(ME, made["id"], 3, against="before"))["brought_back"] == 1
    with pytest.raises(Conflict):
        await presets.bring_back(ME, made["id"], version=2, to=1)
    with pytest.raises(NotFound):
        await presets.version(new_id(), made["id"], 1, against="now")
    await check(storage)


async def test_the_layers_that_choose_a_preset_are_told(storage: Database) -> None:
    presets = PresetService(storage, choices=PresetChoices())
    config, cards = ConfigService(storage, places=OwnPlaces()), CharacterService(storage, None, None)  # type: ignore[arg-type]
    mira = (await cards.create(ME, {"name": "Mira"})).row["id"]
    script = (await presets.create(ME, "script", name="S", data={"findRegex": "/a/"}))["id"]
    chat = (await presets.create(ME, "chat", name="C", data={"prompts": []}))["id"]
    await config.commit(ME, Scope("user", ME), [{"op": "set", "path": "/scripts/enabled", "value": [script]}])
    for scope in (Scope("user", ME), Scope("character", mira)):
        await config.commit(ME, scope, [{"op": "set", "path": "/preset/chat", "value": chat}])
    uses = await presets.uses(ME, chat)
    assert [(one.type, one.name) for one in uses.places] == [("user", ""), ("character", "Mira")]
    assert (await presets.uses(ME, script)).count == 1
    await cards.delete(ME, mira)
    assert (await presets.uses(ME, chat)).count == 1


async def test_what_is_no_preset_is_refused(presets: PresetService) -> None:
    for data, code in ((b'{"x": 1}', "not_a_preset"), (b"nope", "preset_unreadable"), (b"3", NotAPreset.code)):
        [refused] = await presets.import_bytes(ME, "x.json", data)
        assert (refused.status, refused.code) == ("refused", code)
    deep: Any = {}
    for _ in range(100):
        deep = {"x": deep}
    assert (await presets.import_bytes(ME, "x.json", orjson.dumps(deep)))[0].code == "preset_unreadable"
    assert found_in({"x": 1}, kind="theme")[0].kind == "theme"
