"""Every macro by name. A row: the function that answers it, fewest and most arguments. Source: shared contract 5.2.

A function gets the call and its evaluated arguments and returns a value (see `as_text`), or raises Unfit to leave the
source as it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tavernai.prompting.domain import macro_time as times
from tavernai.prompting.domain.examples import formatted_examples
from tavernai.prompting.domain.macro_env import Call, Env, Unfit
from tavernai.prompting.domain.macro_random import DICE_MAX, choices, pick_seed, roll, seeded_double
from tavernai.prompting.domain.macro_values import add, is_whole, number_of, read

Answer: TypeAlias = Callable[[Call, list[str]], Any]
MANY: Final = 10**6
PICK_CHARS: Final = 1_000
"""What a deterministic choice costs the allowance: it hashes the whole text and keys a generator."""


@dataclass(frozen=True, slots=True)
class Spec:
    """How a macro is answered. A list macro takes any number of arguments and no content."""

    answer: Answer
    least: int = 0
    most: int = 0
    is_list: bool = False


def _of(read_env: Callable[[Env], Any]) -> Spec:
    return Spec(lambda call, args: read_env(call.env))


def _constant(value: str, *, most: int = 0) -> Spec:
    return Spec(lambda call, args: value, most=most)


def _repeated(text: str) -> Answer:
    def answer(call: Call, args: list[str]) -> str:
        count = number_of(args[0]) if args else 1
        if not is_whole(count) or not 0 <= count <= 100_000:
            raise Unfit
        return text * int(count)

    return answer


def _group(env: Env) -> str:
    names = env.group_names if env.hears_muted else env.group_unmuted
    return ", ".join(names) if env.group_names else env.char


def _group_unmuted(env: Env) -> str:
    return ", ".join(env.group_unmuted) if env.group_names else env.char


def _not_char(env: Env) -> str:
    return ", ".join(name for name in env.group_names if name != env.char) if env.group_names else env.user


def _greeting(call: Call, args: list[str]) -> str:
    number = number_of(args[0]) if args else 0
    if not is_whole(number):
        raise Unfit
    greetings = call.env.fields.greetings
    return greetings[int(number)] if 0 <= number < len(greetings) else ""


def _clock(pattern: str) -> Answer:
    def answer(call: Call, args: list[str]) -> str:
        offset = call.env.scene.utc_offset_minutes
        if args:
            given = times.offset_of(args[0])
            if given is None:
                raise Unfit
            offset = given
        return times.formatted(times.at(call.env.clock(), offset_minutes=offset), pattern)

    return answer


def _date_format(call: Call, args: list[str]) -> str:
    moment = times.at(call.env.clock(), offset_minutes=call.env.scene.utc_offset_minutes)
    return times.formatted(moment, args[0])


def _idle(env: Env) -> str:
    env.allowance.spend(len(env.scene.history))
    seen_last = False
    for message in reversed(env.scene.history):
        if message.hidden:
            continue
        if seen_last and message.role == "user":
            return times.in_words(env.clock() - message.at_ms) if message.at_ms is not None else "just now"
        seen_last = True
    return "just now"


def _difference(call: Call, args: list[str]) -> str:
    return times.difference(args[0], args[1]) or ""


def _random(call: Call, args: list[str]) -> str:
    items = choices(args)
    return items[int(call.env.random.random() * len(items))] if items else ""


def _pick(call: Call, args: list[str]) -> str:
    items = choices(args)
    if not items:
        return ""
    scene = call.env.scene
    call.env.allowance.spend(PICK_CHARS)
    seed = pick_seed(scene.pick_seed, call.whole, offset=call.offset, reroll=scene.pick_reroll)
    return items[int(seeded_double(seed) * len(items))]


def _roll(call: Call, args: list[str]) -> Any:
    call.env.allowance.spend(DICE_MAX)
    return roll(args[0], random=call.env.random.random)


def _local(env: Env) -> dict[str, Any]:
    return env.local


def _everywhere(env: Env) -> dict[str, Any]:
    return env.everywhere


def _variables(word: str, scope: Callable[[Env], dict[str, Any]]) -> dict[str, Spec]:
    def setvar(call: Call, args: list[str]) -> str:
        scope(call.env)[args[0]] = args[1]
        return ""

    def addvar(call: Call, args: list[str]) -> str:
        value = add(scope(call.env), args[0], value=args[1])
        call.env.allowance.spend(len(value) if isinstance(value, str) else 0)
        return ""

    def delete(call: Call, args: list[str]) -> str:
        scope(call.env).pop(args[0], None)
        return ""

    def has(call: Call, args: list[str]) -> bool:
        return args[0] in scope(call.env)

    return {
        f"set{word}": Spec(setvar, 2, 2),
        f"add{word}": Spec(addvar, 2, 2),
        f"inc{word}": Spec(lambda call, args: add(scope(call.env), args[0], value=1), 1, 1),
        f"dec{word}": Spec(lambda call, args: add(scope(call.env), args[0], value=-1), 1, 1),
        f"get{word}": Spec(lambda call, args: read(scope(call.env), args[0]), 1, 1),
        f"has{word}": Spec(has, 1, 1),
        f"{word}exists": Spec(has, 1, 1),
        f"delete{word}": Spec(delete, 1, 1),
        f"flush{word}": Spec(delete, 1, 1),
    }


def _last_from(*, is_user: bool) -> Spec:
    """The newest words of one side; a narrator is on the characters' side."""

    def answer(env: Env) -> str:
        env.allowance.spend(len(env.scene.history))
        for message in reversed(env.scene.history):
            if (message.role == "user") == is_user and not message.hidden:
                return message.text
        return ""

    return _of(answer)


def _last_id(env: Env) -> str:
    count = env.scene.history_before + len(env.scene.history)
    return str(count - 1) if count else ""


def _trim(call: Call, args: list[str]) -> str:
    return args[0].strip() if args else "{{trim}}"


def _examples(env: Env) -> str:
    options = env.scene.options
    return formatted_examples(env.fields.examples, options=options, user=env.user, char=env.char)


def _summary(env: Env) -> str:
    for injection in env.scene.injections:
        if injection.id == "1_memory":
            return injection.text
    raise Unfit


def _system_prompt(env: Env) -> str:
    options = env.scene.options
    if not options.system_prompt_enabled:
        return ""
    return (env.fields.system_prompt if options.prefer_card_prompt else "") or options.system_prompt


def _default_system_prompt(env: Env) -> str:
    return env.scene.options.system_prompt if env.scene.options.system_prompt_enabled else ""


def _instruct(*names: str) -> Spec:
    """The first of these sequences that is not empty; nothing while instruct mode is off."""

    def answer(env: Env) -> str:
        instruct = env.scene.options.instruct
        if not instruct.enabled:
            return ""
        return next((value for name in names if (value := getattr(instruct, name))), "")

    return _of(answer)


MACROS: Final[dict[str, Spec]] = {
    # who
    "user": _of(lambda env: env.user),
    "char": _of(lambda env: env.char),
    "group": _of(_group),
    "groupnotmuted": _of(_group_unmuted),
    "notchar": _of(_not_char),
    # card and persona
    "description": _of(lambda env: env.fields.description),
    "personality": _of(lambda env: env.fields.personality),
    "scenario": _of(lambda env: env.fields.scenario),
    "persona": _of(lambda env: env.fields.persona),
    "mesexamplesraw": _of(lambda env: env.fields.examples),
    "mesexamples": _of(_examples),
    "charprompt": _of(lambda env: env.fields.system_prompt),
    "charinstruction": _of(lambda env: env.fields.post_history),
    "chardepthprompt": _of(lambda env: env.fields.depth_prompt),
    "charcreatornotes": _of(lambda env: env.fields.creator_notes),
    "charversion": _of(lambda env: env.fields.version),
    "charfirstmessage": Spec(_greeting, 0, 1),
    "model": _of(lambda env: env.scene.model),
    # time
    "time": Spec(_clock("LT"), 0, 1),
    "date": Spec(_clock("LL")),
    "weekday": Spec(_clock("dddd")),
    "isotime": Spec(_clock("HH:mm")),
    "isodate": Spec(_clock("YYYY-MM-DD")),
    "datetimeformat": Spec(_date_format, 1, 1),
    "idleduration": _of(_idle),
    "timediff": Spec(_difference, 2, 2),
    # text
    "newline": Spec(_repeated("\n"), 0, 1),
    "space": Spec(_repeated(" "), 0, 1),
    "noop": _constant(""),
    "trim": Spec(_trim, 0, 1),
    "//": _constant("", most=2),
    "comment": _constant("", most=2),
    "reverse": Spec(lambda call, args: args[0][::-1], 1, 1),
    "input": _of(lambda env: env.scene.input_text),
    "outlet": Spec(lambda call, args: call.env.outlets.get(args[0], ""), 1, 1),
    "banned": _constant("", most=1),
    # chance
    "random": Spec(_random, 0, MANY, is_list=True),
    "pick": Spec(_pick, 0, MANY, is_list=True),
    "roll": Spec(_roll, 1, 1),
    # variables
    **_variables("var", _local),
    **_variables("globalvar", _everywhere),
    # the stored chat
    "lastmessage": _of(lambda env: env.last_message.text if env.last_message else ""),
    "lastusermessage": _last_from(is_user=True),
    "lastcharmessage": _last_from(is_user=False),
    "lastmessageid": _of(_last_id),
    "allchatrange": _of(lambda env: f"0-{_last_id(env)}" if env.scene.history else ""),
    "currentswipeid": _of(lambda env: (env.last_message.swipe or "") if env.last_message else ""),
    "lastswipeid": _of(lambda env: (env.last_message.swipes or "") if env.last_message else ""),
    "firstincludedmessageid": _of(lambda env: env.scene.first_included),
    "firstdisplayedmessageid": _constant(""),
    "lastgenerationtype": _of(lambda env: env.scene.last_generation),
    # sizes
    "maxprompt": _of(lambda env: env.scene.context_tokens - env.scene.reply_tokens),
    "maxcontext": _of(lambda env: env.scene.context_tokens),
    "maxresponse": _of(lambda env: env.scene.reply_tokens),
    # templates
    "systemprompt": _of(_system_prompt),
    "defaultsystemprompt": _of(_default_system_prompt),
    "exampleseparator": _of(lambda env: env.scene.options.context.example_separator),
    "chatstart": _of(lambda env: env.scene.options.context.chat_start),
    "instructstorystringprefix": _instruct("story_string_prefix"),
    "instructstorystringsuffix": _instruct("story_string_suffix"),
    "instructuserprefix": _instruct("input_sequence"),
    "instructusersuffix": _instruct("input_suffix"),
    "instructassistantprefix": _instruct("output_sequence"),
    "instructassistantsuffix": _instruct("output_suffix"),
    "instructsystemprefix": _instruct("system_sequence"),
    "instructsystemsuffix": _instruct("system_suffix"),
    "instructfirstassistantprefix": _instruct("first_output_sequence", "output_sequence"),
    "instructlastassistantprefix": _instruct("last_output_sequence", "output_sequence"),
    "instructfirstuserprefix": _instruct("first_input_sequence", "input_sequence"),
    "instructlastuserprefix": _instruct("last_input_sequence", "input_sequence"),
    "instructstop": _instruct("stop_sequence"),
    "instructuserfiller": _instruct("user_alignment_message"),
    "instructsysteminstructionprefix": _instruct("last_system_sequence"),
    # the rest
    "ismobile": _of(lambda env: False),
    "hasextension": Spec(lambda call, args: False, 1, 1),
    "authorsnote": _of(lambda env: env.scene.note.text if env.scene.note else ""),
    "charauthorsnote": _of(lambda env: env.scene.note.character_text if env.scene.note else ""),
    "defaultauthorsnote": _constant(""),
    "reasoningprefix": _of(lambda env: env.scene.options.reasoning.prefix),
    "reasoningsuffix": _of(lambda env: env.scene.options.reasoning.suffix),
    "reasoningseparator": _of(lambda env: env.scene.options.reasoning.separator),
    "summary": _of(_summary),
}

ALIASES: Final[dict[str, str]] = {
    "charifnotgroup": "group",
    "chardescription": "description",
    "charpersonality": "personality",
    "charscenario": "scenario",
    "creatornotes": "charcreatornotes",
    "version": "charversion",
    "char_version": "charversion",
    "greeting": "charfirstmessage",
    "idle_duration": "idleduration",
    "maxprompttokens": "maxprompt",
    "maxcontexttokens": "maxcontext",
    "maxresponsetokens": "maxresponse",
    "instructsystem": "defaultsystemprompt",
    "instructsystemprompt": "defaultsystemprompt",
    "chatseparator": "exampleseparator",
    "instructinput": "instructuserprefix",
    "instructoutput": "instructassistantprefix",
    "instructseparator": "instructassistantsuffix",
    "instructfirstoutputprefix": "instructfirstassistantprefix",
    "instructlastoutputprefix": "instructlastassistantprefix",
    "instructfirstinput": "instructfirstuserprefix",
    "instructlastinput": "instructlastuserprefix",
}
MACROS.update({alias: MACROS[name] for alias, name in ALIASES.items()})


def can_take(name: str, count: int) -> bool:
    """Whether a macro may be written as a scope whose content is its argument number `count`."""
    if name == "if":
        return count == 2
    spec = MACROS.get(name)
    return spec is not None and not spec.is_list and count <= spec.most
