"""Setup, sign-in, cookies, CSRF, keys: as a browser and a program meet them."""

import re

from tests.acceptance.http.conftest import PASSWORD, Site
from tests.support.people import Person


async def test_the_first_owner_is_made_in_the_page_once(nobody: Person) -> None:
    assert (await nobody.get("/api/setup")).ok() == {"needed": True, "code_required": False, "signed_in": False}
    first = await nobody.post("/api/setup", {"username": "ada", "password": PASSWORD})
    assert first.status == 201
    assert first.json()["user"]["role"] == "owner"
    assert (await nobody.get("/api/setup")).ok() == {"needed": False, "code_required": False, "signed_in": True}
    again = await nobody.post("/api/setup", {"username": "eve", "password": PASSWORD})
    assert (again.status, again.json()["code"]) == (409, "setup_done")


async def test_from_outside_the_first_owner_needs_the_printed_code(site: Site) -> None:
    async with site(setup_code="ABCD-EFGH-JKMN") as url, Person(url) as person:
        assert (await person.get("/api/setup")).ok() == {"needed": True, "code_required": True, "signed_in": False}
        body = {"username": "ada", "password": PASSWORD}
        assert (await person.post("/api/setup", body)).json()["code"] == "setup_code_wrong"
        assert (await person.post("/api/setup", body | {"code": "abcd-efgh-jkmn"})).status == 201


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(owner: Person) -> None:
    answer = await owner.post("/api/auth/sign-in", {"username": "ada", "password": PASSWORD})
    cookie = answer.headers["Set-Cookie"]
    assert re.match(r"tavern_session=[A-Za-z0-9_-]{43}; HttpOnly; Max-Age=2592000; Path=/; SameSite=lax$", cookie)
    assert answer.headers["Cache-Control"] == "no-store"


async def test_behind_tls_the_cookie_goes_over_tls_alone(site: Site) -> None:
    body = {"username": "ada", "password": PASSWORD}
    over_tls = {"X-Forwarded-Proto": "https"}
    async with site(TAVERNAI_TRUSTED_PROXIES="127.0.0.1") as url, Person(url) as person:
        assert "; Secure" in (await person.post("/api/setup", body, headers=over_tls)).headers["Set-Cookie"]


async def test_who_is_no_trusted_proxy_cannot_claim_tls_nor_another_address(owner: Person) -> None:
    claims = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.1"}
    wrong = {"username": "ada", "password": "wrong horse"}
    answers = [await owner.post("/api/auth/sign-in", wrong, headers=claims) for _ in range(4)]
    assert [answer.status for answer in answers] == [401, 401, 401, 429]


async def test_a_change_with_a_cookie_needs_the_page_s_token(owner: Person) -> None:
    body = {"username": "bob", "password": PASSWORD}
    csrf, owner.csrf = owner.csrf, None
    assert (await owner.post("/api/users", body)).json()["code"] == "csrf_refused"
    owner.csrf = "0" * 64
    assert (await owner.post("/api/users", body)).json()["code"] == "csrf_refused"
    owner.csrf = csrf
    assert (await owner.post("/api/users", body)).status == 201


async def test_reading_with_a_cookie_needs_no_token_and_me_gives_it(owner: Person) -> None:
    csrf, owner.csrf = owner.csrf, None
    me = (await owner.get("/api/auth/me")).ok()
    assert me["user"]["username"] == "ada"
    assert me["csrf_token"] == csrf


async def test_another_session_s_csrf_token_does_not_fit(owner: Person, member: Person) -> None:
    member.csrf = owner.csrf
    assert (await member.post("/api/auth/password", {"current": PASSWORD, "new": "another horse"})).status == 403


async def test_a_wrong_password_a_wrong_name_and_nothing_are_told_alike(owner: Person, nobody: Person) -> None:
    tries = ({"username": "ada", "password": "wrong horse"}, {"username": "eve", "password": PASSWORD})
    answers = [await nobody.post("/api/auth/sign-in", body) for body in tries]
    assert [answer.status for answer in answers] == [401, 401]
    assert answers[0].json()["detail"] == answers[1].json()["detail"]


async def test_too_many_failures_are_told_to_wait(owner: Person, nobody: Person) -> None:
    for _ in range(3):
        await nobody.post("/api/auth/sign-in", {"username": "ada", "password": "wrong horse"})
    answer = await nobody.post("/api/auth/sign-in", {"username": "ada", "password": PASSWORD})
    assert answer.status == 429
    seconds = answer.json()["facts"]["retry_after_seconds"]
    assert answer.headers["Retry-After"] == str(seconds)
    assert 0 < seconds <= 900


async def test_signing_out_ends_the_session_and_clears_the_cookie(owner: Person) -> None:
    answer = await owner.post("/api/auth/sign-out")
    assert answer.status == 204
    assert "Max-Age=0" in answer.headers["Set-Cookie"]
    assert (await owner.get("/api/auth/me")).status == 401


async def test_a_person_sees_where_they_are_signed_in_and_ends_it_there(owner: Person) -> None:
    async with Person(owner.url) as phone:
        await phone.sign_in("ada", PASSWORD)
        places = (await owner.get("/api/auth/sessions")).ok()["items"]
        assert [place["current"] for place in places] == [True, False]
        assert (await owner.delete(f"/api/auth/sessions/{places[1]['id']}")).status == 204
        assert (await phone.get("/api/auth/me")).status == 401
        assert (await owner.get("/api/auth/me")).status == 200


async def test_a_key_is_shown_once_and_opens_what_it_is_for(owner: Person) -> None:
    fresh = (await owner.post("/api/keys", {"label": "script", "scopes": ["chat"]})).ok()
    listed = (await owner.get("/api/keys")).ok()["items"]
    assert [key["id"] for key in listed] == [fresh["id"]]
    assert fresh["key"] not in str(listed)
    async with Person(owner.url, key=fresh["key"]) as program:
        assert (await program.get("/api/chat")).ok()["via"] == "key"
        refused = await program.get("/api/users")
        assert (refused.status, refused.json()["code"]) == (403, "forbidden")


async def test_a_key_does_not_make_keys_nor_change_passwords(owner: Person) -> None:
    scopes = ["admin", "chat"]
    fresh = (await owner.post("/api/keys", {"label": "script", "scopes": scopes})).ok()
    async with Person(owner.url, key=fresh["key"]) as program:
        for path, body in (("/api/keys", {"label": "more"}), ("/api/auth/password", {"current": "x", "new": "y"})):
            assert (await program.post(path, body)).json()["code"] == "session_needed"
        assert (await program.get("/api/users")).status == 200


async def test_a_key_needs_no_csrf_token_and_a_bad_one_is_not_saved_by_a_cookie(owner: Person) -> None:
    fresh = (await owner.post("/api/keys", {"label": "script", "scopes": ["admin"]})).ok()
    async with Person(owner.url, key=fresh["key"]) as program:
        assert (await program.post("/api/users", {"username": "bob", "password": PASSWORD})).status == 201
    owner.key = "tvk_wrong"
    assert (await owner.get("/api/auth/me")).status == 401


async def test_a_revoked_key_stops_at_once(owner: Person) -> None:
    fresh = (await owner.post("/api/keys", {"label": "script"})).ok()
    async with Person(owner.url, key=fresh["key"]) as program:
        assert (await program.get("/api/chat")).status == 200
        assert (await owner.delete(f"/api/keys/{fresh['id']}")).status == 204
        assert (await program.get("/api/chat")).status == 401


async def test_a_header_that_names_a_user_is_nothing(nobody: Person, owner: Person) -> None:
    for header in ("X-User", "X-Forwarded-User", "Remote-User", "X-Remote-User"):
        assert (await nobody.get("/api/auth/me", headers={header: "ada"})).status == 401


async def test_an_owner_gives_a_new_password_and_makes_an_owner(owner: Person, member: Person) -> None:
    users = {user["username"]: user for user in (await owner.get("/api/users")).ok()["items"]}
    bob = users["bob"]
    changed = (await owner.patch(f"/api/users/{bob['id']}", {"role": "owner", "version": 1})).ok()
    assert (changed["role"], changed["version"]) == ("owner", 2)
    assert (await owner.post(f"/api/users/{bob['id']}:set-password", {"password": "a new horse"})).status == 204
    assert (await member.get("/api/auth/me")).status == 401
    assert (await member.sign_in("bob", "a new horse")).status == 200


async def test_the_last_owner_cannot_go(owner: Person) -> None:
    ada = (await owner.get("/api/users")).ok()["items"][0]
    removed = await owner.delete(f"/api/users/{ada['id']}")
    demoted = await owner.patch(f"/api/users/{ada['id']}", {"role": "member", "version": 1})
    assert [answer.json()["code"] for answer in (removed, demoted)] == ["last_owner"] * 2
