"""What macros know of the moment: the person's clock, and what is being made."""

from datetime import UTC, datetime, timedelta

from tests.acceptance.agent.conftest import conversation, ends, heard, shown
from tests.support.people import Person
from tests.support.servers import Server

AHEAD = "Pacific/Kiritimati"  # fourteen hours, all the year


async def set_config(person: Person, scope: dict[str, str], path: str, value: str) -> None:
    ops = [{"op": "set", "path": path, "value": value}]
    (await person.post("/api/config/revisions", {"scope": scope, "ops": ops})).ok()


async def test_the_persons_zone_rules_the_time_of_what_they_write(own_modelled: Server) -> None:
    async with Person(own_modelled.url, key=own_modelled.key) as own:
        there = await conversation(own, "{{isodate}},")
        await set_config(own, {"type": "user"}, "/macros/time_zone", AHEAD)
        where = {"conversation_id": there["conversation_id"], "reply": False}
        (await own.post("/v1/agent/messages", {"content": "{{time}} = {{time::UTC+14}}, {{isodate}}", **where})).ok()
        told = [m["text"] for m in await shown(own, there["conversation_id"]) if m["role"] == "user"]
        now = datetime.now(UTC)
        assert told[0].partition(",")[0] in {f"{at:%Y-%m-%d}" for at in (now, now - timedelta(minutes=1))}
        time, _, rest = told[1].partition(" = ")
        assert rest.startswith(time + ", ")
        ahead = now + timedelta(hours=14)
        assert rest.endswith(f"{ahead:%Y-%m-%d}") or (ahead - timedelta(minutes=1)).date() != ahead.date()


async def test_a_zone_nobody_knows_is_greenwich(own_modelled: Server) -> None:
    async with Person(own_modelled.url, key=own_modelled.key) as own:
        await set_config(own, {"type": "user"}, "/macros/time_zone", "Atlantis/../etc/passwd")
        there = await conversation(own, "{{time}} = {{time::UTC+0}} =")
        [told] = [m["text"] for m in await shown(own, there["conversation_id"]) if m["role"] == "user"]
        told, there_too, _ = told.split(" =")
        assert told == there_too.strip()


async def test_a_prompt_knows_which_variant_stands_before_it(person: Person) -> None:
    ids = await conversation(person)
    where = {"conversation_id": ids["conversation_id"]}
    async with person.say(action="swipe", **where) as frames:
        await heard(frames, ends)
    scope = {"type": "conversation", "id": ids["conversation_id"]}
    await set_config(person, scope, "/card/system_prompt", "Swipe {{currentSwipeId}} of {{lastSwipeId}}.")
    async with person.say(action="continue", **where) as frames:
        told = await heard(frames, ends)
    why = (await person.get(f"/api/messages/{told[0].data['reply_message_id']}/why")).ok()
    assert any(m["content"] == "Swipe 2 of 2." for m in why["plan"]["messages"])


async def test_a_prompt_knows_what_it_is_made_for(person: Person) -> None:
    ids = await conversation(person)
    scope = {"type": "conversation", "id": ids["conversation_id"]}
    await set_config(person, scope, "/card/system_prompt", "Kind: {{lastGenerationType}}.")
    kinds = []
    for order in ({"content": "Well?"}, {"action": "swipe"}, {"action": "continue"}):
        async with person.say(conversation_id=ids["conversation_id"], **order) as frames:
            told = await heard(frames, ends)
        why = (await person.get(f"/api/messages/{told[0].data['reply_message_id']}/why")).ok()
        kinds.append(next(m["content"] for m in why["plan"]["messages"] if m["content"].startswith("Kind: ")))
    assert kinds == ["Kind: normal.", "Kind: swipe.", "Kind: continue."]
