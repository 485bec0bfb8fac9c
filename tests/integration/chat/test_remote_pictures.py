"""Fetching pictures from a real server: what goes out, what is let in, and where nobody goes."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tavernai.chat.pictures.domain.looking import PICTURE_BYTES_MAX
from tavernai.chat.pictures.errors import (
    PictureAddressRefused,
    PictureFailed,
    PictureTimeout,
    PictureTooLarge,
)
from tavernai.engines.kept_pictures import KeptPictures
from tavernai.engines.remote_pictures import REDIRECTS_MAX, RemotePictures
from tests.support.elsewhere import INNER_HOST, INSIDE, OUTSIDE, PICTURE, Elsewhere, elsewhere


@pytest.fixture
async def host() -> AsyncIterator[Elsewhere]:
    async with elsewhere() as made:
        yield made


@pytest.fixture
async def pictures(host: Elsewhere) -> AsyncIterator[RemotePictures]:
    made = RemotePictures(rule=host.rule, names=host, seconds=2)
    yield made
    await made.close()


async def test_a_picture_is_asked_for_without_a_word_of_who_asks(host: Elsewhere, pictures: RemotePictures) -> None:
    assert await pictures.fetch(host.url("/a.png")) == PICTURE
    assert await pictures.fetch(host.url("/b.png")) == PICTURE
    for sent in host.headers:
        assert set(sent) == {"Host", "Accept", "Accept-Encoding", "User-Agent"}
        assert sent["User-Agent"] == "TavernAI-Plus"
        assert "svg" not in sent["Accept"]


async def test_redirects_are_followed_a_few_steps_and_no_further(host: Elsewhere, pictures: RemotePictures) -> None:
    assert await pictures.fetch(host.url("/to?url=/to%3Furl=/a.png")) == PICTURE
    host.asked.clear()
    with pytest.raises(PictureFailed):
        await pictures.fetch(host.url("/round"))
    assert len(host.asked) == REDIRECTS_MAX + 1


@pytest.mark.parametrize(
    "target",
    [f"http://{INSIDE}:{{port}}/x", f"http://{INNER_HOST}:{{port}}/x", "http://①②⑦.0.0.1:{port}/x",
     "http://2130706433:{port}/x", "file:///etc/passwd", "data:image/png;base64,AAAA", f"http://{OUTSIDE}:1/x"],
)  # fmt: skip
async def test_nobody_inside_is_asked_at_once_or_by_a_redirect(
    host: Elsewhere, pictures: RemotePictures, target: str
) -> None:
    target = target.format(port=host.port)
    for url in (target, host.url(f"/to?url={target}")):
        with pytest.raises((PictureAddressRefused, PictureFailed)) as refused:
            await pictures.fetch(url)
        if "2130706433" not in target:  # a name nobody knows
            assert isinstance(refused.value, PictureAddressRefused)
    assert host.inside == []


async def test_a_name_that_leads_inside_is_told_as_refused(host: Elsewhere, pictures: RemotePictures) -> None:
    with pytest.raises(PictureAddressRefused) as refused:
        await pictures.fetch(host.url("/a.png", host=INNER_HOST))
    assert refused.value.facts == {"reason": "private"}
    assert (host.asked, host.inside) == ([], [])


async def test_time_and_size_are_bounded_whatever_the_server_says(host: Elsewhere) -> None:
    pictures = RemotePictures(rule=host.rule, names=host, seconds=0.3)
    with pytest.raises(PictureTimeout):
        await pictures.fetch(host.url("/slow/5"))
    await pictures.close()
    patient = RemotePictures(rule=host.rule, names=host)
    with pytest.raises(PictureTooLarge):
        await patient.fetch(host.url("/endless"))
    host.body = bytes(PICTURE_BYTES_MAX + 1)
    with pytest.raises(PictureTooLarge):
        await patient.fetch(host.url("/a.png"))
    await patient.close()


@pytest.mark.parametrize("path", ["/status/404", "/status/500", "/status/304", "/status/206"])
async def test_anything_but_the_whole_picture_is_a_failure(
    host: Elsewhere, pictures: RemotePictures, path: str
) -> None:
    with pytest.raises(PictureFailed) as failed:
        await pictures.fetch(host.url(path))
    assert failed.value.facts == {"upstream_status": int(path[-3:])}


async def test_a_server_that_is_not_there_is_a_failure(host: Elsewhere, pictures: RemotePictures) -> None:
    with pytest.raises(PictureFailed):
        await pictures.fetch(host.url("/a.png", host="nowhere.example"))


def test_the_shelf_keeps_what_came_last_within_its_bounds(tmp_path: Path) -> None:
    now = [1_000.0]
    shelf = KeptPictures(tmp_path / "pictures", bytes_max=1_000, age_seconds_max=60, clock=lambda: now[0])
    for number in range(20):
        shelf.put(f"{number:02}", bytes(100))
        now[0] += 1
    kept = [f"{number:02}" for number in range(20) if shelf.get(f"{number:02}")]
    assert kept[-1] == "19"
    assert kept[0] > "08"
    assert sum(place.stat().st_size for place in (tmp_path / "pictures").iterdir()) <= 1_000
    now[0] += 100
    assert shelf.get("19") is None


def test_a_disk_that_takes_nothing_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "pictures").write_text("a file stands where the folder would be")
    shelf = KeptPictures(tmp_path / "pictures")
    shelf.put("a", b"x")
    assert shelf.get("a") is None


async def test_names_that_nobody_answers_for_hold_no_thread_of_others(monkeypatch: pytest.MonkeyPatch) -> None:
    over, asked = threading.Event(), list[str]()

    def unanswered(host: str, *rest: object) -> list[object]:
        asked.append(host)
        over.wait(10)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", unanswered)
    pictures = RemotePictures(seconds=1)
    fetches = [asyncio.ensure_future(pictures.fetch(f"https://n{number}.example/a.png")) for number in range(40)]
    await asyncio.sleep(0.2)
    async with asyncio.timeout(0.5):
        assert await asyncio.to_thread(lambda: "here") == "here"
    told = await asyncio.gather(*fetches, return_exceptions=True)
    over.set()
    await pictures.close()
    assert asked
    assert all(isinstance(one, PictureTimeout) for one in told)
