"""Which tokenizer counts for which model, and that counting line by line is counting the whole."""

from pathlib import Path

import pytest

from tavernai.engines.vocabularies import Vocabularies, counting_tokenizer, place_of
from tavernai.prompting.domain.families import FAMILIES, Family, Vocabulary, family_of
from tavernai.prompting.domain.tokenizers import CALIBRATED, CountingTokenizer, EstimatingTokenizer, is_estimate

SCENES = Path(__file__).resolve().parents[3] / "benchmarks" / "texts"
SHIPPED = [one for one in FAMILIES if one.vocabulary and place_of(one.vocabulary)]
MODELS = {
    "deepseek/deepseek-chat-v3.1": "deepseek", "DeepSeek-R1-Distill-Llama-70B": "llama3",
    "deepseek-r1-distill-qwen-32b": "qwen", "qwen/qwen3-235b-a22b": "qwen", "Qwen-7B-Chat": "qwen",
    "qwen3.6-max": "qwen3.5", "meta-llama/llama-4-maverick": "llama4", "L3-8B-Stheno-v3.2": "llama3",
    "gpt-4o-mini": "o200k", "openai/gpt-oss-120b": "o200k", "gpt-4-turbo": "cl100k", "o3": "o200k", "gpt-5": "o200k",
    "mistralai/Mistral-Nemo-Instruct-2407": "tekken", "mixtral-8x7b": "mistral", "Cydonia-24B-v4": "tekken",
}  # fmt: skip


@pytest.mark.parametrize(("model", "family"), MODELS.items())
def test_a_models_name_tells_its_family(model: str, family: str) -> None:
    found = family_of(model)
    assert found is not None
    assert found.name == family


@pytest.mark.parametrize("model", ["", "demo", "mock", "claude-opus-4", "gemini-2.5-pro", "koboldcpp/fimbulvetr"])
def test_of_other_models_nothing_is_claimed(model: str) -> None:
    assert family_of(model) is None
    assert Vocabularies().of(model) is CALIBRATED


def test_what_is_always_installed_is_found() -> None:
    assert {"qwen", "qwen3.5", "deepseek"} <= {one.name for one in SHIPPED}


@pytest.mark.parametrize("language", ["en", "zh", "ja", "ru", "ko"])
@pytest.mark.parametrize("family", SHIPPED, ids=lambda one: one.name)
def test_an_estimate_is_near_what_is_counted(family: Family, language: str, vocabularies: Vocabularies) -> None:
    counting = vocabularies.ready(family)
    estimate = vocabularies.of("", wanted=counting.name)
    text = (SCENES / f"{language}.txt").read_text("utf-8")
    guess = EstimatingTokenizer(counting.name, family.weights)
    assert guess.text(text) == pytest.approx(counting.text(text), rel=0.1)
    assert estimate is counting


@pytest.mark.parametrize("family", SHIPPED, ids=lambda one: one.name)
def test_lines_counted_alone_sum_up_to_the_whole(family: Family, vocabularies: Vocabularies) -> None:
    counting = vocabularies.ready(family)
    assert isinstance(counting, CountingTokenizer)
    for path in sorted(SCENES.glob("*.txt")):
        text = path.read_text("utf-8").replace("\n", "\n\n  ", 2) + "\n\n# 42\n- a\n\t- b\n"
        assert counting.text(text) == counting._count(text)


def test_a_model_is_estimated_until_its_vocabulary_is_read_and_where_it_is_wanted(vocabularies: Vocabularies) -> None:
    fresh = Vocabularies()
    assert is_estimate(fresh.of("deepseek-chat").name)
    assert fresh.ready(SHIPPED[-1]).name == SHIPPED[-1].name
    assert fresh.of("deepseek-chat", wanted="estimate").name == "calibrated/deepseek"
    assert fresh.of("whatever", wanted="mistral").name == "calibrated/mistral"


def test_half_a_pair_of_surrogates_is_counted_too(vocabularies: Vocabularies) -> None:
    assert vocabularies.ready(SHIPPED[-1]).text("a \ud83d b") > 0


def test_a_vocabulary_that_is_not_installed_or_broken_leaves_the_estimate(tmp_path: Path) -> None:
    assert counting_tokenizer("x", Vocabulary("no_such_package", "x.model", "ranks")) is None
    assert place_of(Vocabulary("tavernai", "no/such/file", "ranks")) is None
    with pytest.raises(Exception, match="unexpected content"):
        counting_tokenizer("x", Vocabulary("tavernai", "__init__.py", "tokenizers"))


@pytest.fixture(scope="module")
def vocabularies() -> Vocabularies:
    return Vocabularies()
