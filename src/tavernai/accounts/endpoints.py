"""/api/setup, /api/auth, /api/keys, /api/users."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from tavernai.accounts import schemas as s
from tavernai.accounts.guards import COOKIE, Gate, Principal, allows, in_person, optional, session_token, signed_in
from tavernai.accounts.keys import KeyService
from tavernai.accounts.labels import label_of
from tavernai.accounts.service import AccountsService
from tavernai.accounts.sign_in import From, SignedIn, SignInService
from tavernai.accounts.tokens import csrf_token
from tavernai.kernel.facts import By
from tavernai.kernel.paging import PAGE_DEFAULT, PAGE_MAX
from tavernai.kernel.web import provided

router = APIRouter(tags=["accounts"])

Accounts = Annotated[AccountsService, provided(AccountsService)]
Keys = Annotated[KeyService, provided(KeyService)]
Sign = Annotated[SignInService, provided(SignInService)]
Door = Annotated[Gate, provided(Gate)]
Anybody = Annotated[Principal, Depends(signed_in)]
InPerson = Annotated[Principal, Depends(in_person)]
Owner = Annotated[Principal, Depends(allows("admin", owner=True))]
Id = Annotated[str, Path(max_length=64)]
Cursor = Annotated[str | None, Query(max_length=512)]
Limit = Annotated[int, Query(ge=1, le=PAGE_MAX)]


@router.get("/api/setup")
async def read_setup(sign: Sign, who: Annotated[Principal | None, Depends(optional)]) -> s.SetupState:
    needed = await sign.needs_setup()
    code_required = needed and sign.setup_code is not None
    return s.SetupState(needed=needed, code_required=code_required, signed_in=who is not None)


@router.post("/api/setup", status_code=201)
async def set_up(given: s.SetupGiven, request: Request, response: Response, sign: Sign, gate: Door) -> s.SignedInShown:
    done = await sign.setup(given.username, given.password, code=given.code, place=_place(request))
    return _welcome(done, request, response, gate)


@router.post("/api/auth/sign-in")
async def sign_in(
    given: s.SignInGiven, request: Request, response: Response, sign: Sign, gate: Door
) -> s.SignedInShown:
    done = await sign.sign_in(given.username, given.password, place=_place(request))
    return _welcome(done, request, response, gate)


@router.post("/api/auth/sign-out", status_code=204)
async def sign_out(who: InPerson, request: Request, response: Response, sign: Sign) -> None:
    await sign.sign_out(who)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=request.url.scheme == "https")


@router.get("/api/auth/me")
async def read_me(
    who: Anybody, request: Request, response: Response, accounts: Accounts, gate: Door
) -> s.SignedInShown:
    user = await accounts.get(who.user_id)
    token = session_token(request.scope) if who.via == "session" else ""
    if token:  # the session slides, so its cookie does too
        _set_cookie(response, token, request, gate)
    return s.SignedInShown(user=s.Me.of(user), csrf_token=csrf_token(token) if token else None)


@router.post("/api/auth/password", status_code=204)
async def change_password(given: s.PasswordGiven, who: InPerson, request: Request, sign: Sign) -> None:
    await sign.change_password(who, current=given.current, new=given.new, address=_address(request))


@router.get("/api/auth/sessions")
async def list_sessions(who: InPerson, sign: Sign, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT) -> s.SessionPage:
    page = await sign.sessions(who.user_id, cursor=cursor, limit=limit)
    items = [s.SessionShown.of(session, current=who.session_id) for session in page.items]
    return s.SessionPage(items=items, next_cursor=page.next_cursor)


@router.delete("/api/auth/sessions/{session_id}", status_code=204)
async def end_session(session_id: Id, who: InPerson, sign: Sign) -> None:
    await sign.end_session(who.user_id, session_id)


@router.get("/api/keys")
async def list_keys(who: InPerson, keys: Keys, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT) -> s.KeyPage:
    page = await keys.list(who.user_id, cursor=cursor, limit=limit)
    return s.KeyPage(items=[s.KeyShown.of(key) for key in page.items], next_cursor=page.next_cursor)


@router.post("/api/keys", status_code=201)
async def issue_key(given: s.KeyGiven, who: InPerson, keys: Keys) -> s.KeyIssuedShown:
    issued = await keys.issue(who.user_id, label=given.label, scopes=given.scopes, by=By.user(who.user_id))
    return s.KeyIssuedShown(**s.KeyShown.of(issued.key).model_dump(), key=issued.token)


@router.delete("/api/keys/{key_id}", status_code=204)
async def revoke_key(key_id: Id, who: InPerson, keys: Keys) -> None:
    await keys.revoke(key_id, user_id=who.user_id, by=By.user(who.user_id))


@router.get("/api/users")
async def list_users(who: Owner, accounts: Accounts, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT) -> s.UserPage:
    page = await accounts.list(cursor=cursor, limit=limit)
    return s.UserPage(items=[s.UserShown.of(user) for user in page.items], next_cursor=page.next_cursor)


@router.post("/api/users", status_code=201)
async def add_user(given: s.UserGiven, who: Owner, accounts: Accounts) -> s.UserShown:
    user = await accounts.add(given.username, given.password, role=given.role, by=By.user(who.user_id))
    return s.UserShown.of(user)


@router.patch("/api/users/{user_id}")
async def change_user(user_id: Id, given: s.UserChange, who: Owner, accounts: Accounts) -> s.UserShown:
    user = await accounts.change(
        user_id, version=given.version, username=given.username, role=given.role, by=By.user(who.user_id)
    )
    return s.UserShown.of(user)


@router.delete("/api/users/{user_id}", status_code=204)
async def remove_user(user_id: Id, who: Owner, accounts: Accounts) -> None:
    await accounts.remove(user_id, by=By.user(who.user_id))


@router.post("/api/users/{user_id}:set-password", status_code=204)
async def set_user_password(user_id: Id, given: s.UserPassword, who: Owner, accounts: Accounts) -> None:
    await accounts.set_password(user_id, given.password, by=By.user(who.user_id))


def _welcome(done: SignedIn, request: Request, response: Response, gate: Gate) -> s.SignedInShown:
    _set_cookie(response, done.token, request, gate)
    return s.SignedInShown(user=s.Me.of(done.user), csrf_token=csrf_token(done.token))


def _set_cookie(response: Response, token: str, request: Request, gate: Gate) -> None:
    secure = request.url.scheme == "https"
    age = gate.session_ms // 1000
    response.set_cookie(COOKIE, token, max_age=age, path="/", httponly=True, samesite="lax", secure=secure)
    response.headers["Cache-Control"] = "no-store"


def _place(request: Request) -> From:
    return From(_address(request), label_of(request.headers.get("user-agent", "")))


def _address(request: Request) -> str:
    return request.client.host if request.client else "unknown"
