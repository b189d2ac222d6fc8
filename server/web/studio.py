"""The curators' pages: log in, look at sets, photos, stages and how each was made.

They change nothing; ``studio_regions`` does.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from itsdangerous import BadSignature, Signer
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from server.catalogue.model import ExhibitSet
from server.editions.model import Edition
from server.show.clock import Clock
from server.show.stations import EditionShelf, edition_url
from server.web.accounts import SESSION_S, Accounts
from server.web.options import WebOptions
from server.web.pages import Pages
from server.web.printing import PrintDesk
from server.web.take_home import TakeHome
from server.web.throttle import Throttle
from server.web.workbench import Workbench

COOKIE = "rekindle_session"
SEE_OTHER = 303


class Doorkeeper:
    """Knows who is in, by a signed cookie that holds a session's random id and nothing else."""

    def __init__(self, accounts: Accounts, clock: Clock, options: WebOptions) -> None:
        self._accounts = accounts
        self._clock = clock
        self._signer = Signer(options.session_secret, salt="studio")
        self._secure = options.secure_cookies
        self._by_address = Throttle(burst=10, every_s=6)
        self._by_user = Throttle(burst=5, every_s=12)

    def user(self, request: Request) -> str | None:
        session = self._session(request)
        return self._accounts.session_user(session) if session else None

    def curator(self, request: Request) -> str:
        """Who is in; whoever is not is shown to the door, by an HTTPException."""
        user = self.user(request)
        if user is None:
            raise HTTPException(SEE_OTHER, headers={"Location": "/studio/login"})
        return user

    def may_try(self, name: str, address: str) -> bool:
        """Whether a password may be tried now: slows guessing down, by address and by user."""
        now = self._clock.now() / 1000
        return self._by_address.take(address, now) and self._by_user.take(name, now)

    def enter(self, name: str, password: str) -> Response | None:
        if not self._accounts.verify(name, password):
            return None
        response = RedirectResponse("/studio", SEE_OTHER)
        signed = self._signer.sign(self._accounts.session_open(name)).decode()
        response.set_cookie(
            COOKIE,
            signed,
            max_age=SESSION_S,
            httponly=True,
            samesite="lax",
            secure=self._secure,
            path="/studio",
        )
        return response

    def leave(self, request: Request) -> Response:
        if session := self._session(request):
            self._accounts.session_close(session)
        response = RedirectResponse("/studio/login", SEE_OTHER)
        response.delete_cookie(COOKIE, path="/studio")
        return response

    def _session(self, request: Request) -> str | None:
        try:
            return self._signer.unsign(request.cookies.get(COOKIE, "")).decode()
        except BadSignature:
            return None


def login_router(pages: Pages, door: Doorkeeper) -> APIRouter:
    router = APIRouter(prefix="/studio")

    def form_page(request: Request, refusal: str | None, status: int) -> Response:
        context = {"refusal": refusal, "user": None}
        return pages.studio(request, "studio_login.html", context, status)

    @router.get("/login")
    def form(request: Request) -> Response:
        return form_page(request, None, 200)

    @router.post("/login")
    def enter(
        request: Request,
        name: Annotated[str, Form(max_length=64)] = "",
        password: Annotated[str, Form(max_length=1024)] = "",
    ) -> Response:
        address = request.client.host if request.client else ""
        if not door.may_try(name, address):
            return form_page(request, "wait", 429)
        return door.enter(name, password) or form_page(request, "wrong", 403)

    @router.post("/logout")
    def leave(request: Request) -> Response:
        return door.leave(request)

    return router


def studio_router(
    pages: Pages,
    door: Doorkeeper,
    shelf: EditionShelf,
    take_home: TakeHome,
    prints: PrintDesk,
    workbench: Workbench,
) -> APIRouter:
    router = APIRouter(prefix="/studio")

    Curator = Annotated[str, Depends(door.curator)]

    def page(request: Request, template: str, user: str, **context: object) -> Response:
        known = {"user": user, "edition_url": edition_url}
        return pages.studio(request, template, {**known, **context})

    @router.get("")
    def sets(request: Request, user: Curator) -> Response:
        editions = [shelf.current(set_id) for set_id in shelf.sets()]
        found = [each for each in editions if each]
        phones = take_home.hours(str(request.base_url)) is not None
        return page(
            request,
            "studio_sets.html",
            user,
            editions=found,
            in_work=[each for each in workbench.sets() if each.id not in shelf.sets()],
            phones=phones,
            prints=prints,
            signing=take_home.pages.keepsakes.trouble,
        )

    @router.get("/{set_id}")
    def photos(request: Request, user: Curator, set_id: str) -> Response:
        in_work = _in_work(workbench, set_id)
        if in_work is not None and set_id not in shelf.sets():
            return page(request, "studio_unpublished.html", user, exhibit=in_work)
        return page(request, "studio_set.html", user, edition=_edition(shelf, set_id))

    @router.get("/{set_id}/{photo_id}")
    def photo(request: Request, user: Curator, set_id: str, photo_id: str) -> Response:
        edition = _edition(shelf, set_id)
        photo = edition.photo(photo_id)
        if photo is None:
            raise HTTPException(404)
        exhibit = _in_work(workbench, set_id)
        in_work = exhibit is not None and photo_id in exhibit.order
        context = {"edition": edition, "photo": photo, "in_work": in_work}
        return page(request, "studio_photo.html", user, **context)

    return router


def _in_work(workbench: Workbench, set_id: str) -> ExhibitSet | None:
    return next((each for each in workbench.sets() if each.id == set_id), None)


def _edition(shelf: EditionShelf, set_id: str) -> Edition:
    edition = shelf.current(set_id) if set_id in shelf.sets() else None
    if edition is None:
        raise HTTPException(404)
    return edition
