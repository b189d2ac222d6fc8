"""The page on which a curator outlines, colours and protects: ``/studio/<set>/<photo>/regions``.

Everything is looked up by id among the sets this server may change; no path comes from a request.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from pydantic import Field, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from server.catalogue.model import Fraction, Point, Region
from server.errors import Overtaken, Problem, SetInvalid
from server.web.pages import Pages
from server.web.region_form import (
    CERTAINTIES,
    MOST_CORNERS,
    MOST_LETTERS,
    Fields,
    faults,
    filled,
    made,
    posted,
)
from server.web.studio import SEE_OTHER, Doorkeeper
from server.web.workbench import Change, OpenPhoto, Workbench

MOST_FACES = 60
MOST_CLICKS = 16

_FACES: TypeAdapter[list[tuple[Point, ...]]] = TypeAdapter(
    Annotated[
        list[Annotated[tuple[Point, ...], Field(min_length=3, max_length=MOST_CORNERS)]],
        Field(min_length=1, max_length=MOST_FACES),
    ]
)


async def _texts(request: Request) -> dict[str, str]:
    """The fields of a form whose names the set's languages decide."""
    form = await request.form(max_files=0, max_fields=100)
    return {name: value for name, value in form.items() if isinstance(value, str)}


def regions_router(pages: Pages, door: Doorkeeper, workbench: Workbench) -> APIRouter:
    router = APIRouter(prefix="/studio/{set_id}/{photo_id}", dependencies=[Depends(door.curator)])
    Curator = Annotated[str, Depends(door.curator)]

    def opened_photo(set_id: str, photo_id: str) -> OpenPhoto:
        opened = workbench.open(set_id, photo_id)
        if opened is None:
            raise HTTPException(404)
        return opened

    Opened = Annotated[OpenPhoto, Depends(opened_photo)]

    def page(
        request: Request,
        opened: OpenPhoto,
        user: str,
        fields: Fields,
        wrong: dict[str, str] | None = None,
        refusal: Sequence[Problem] | str = (),
        status: int = 200,
        undone: bool = False,
    ) -> Response:
        order = [photo.id for photo in opened.exhibit.photos]
        place = order.index(opened.photo.id)
        width, height = workbench.size(opened)
        drawn = [
            [(round(x * width, 1), round(y * height, 1)) for x, y in workbench.shape(opened, each)]
            for each in opened.photo.region
        ]
        context = {
            "user": user,
            "path": _path(opened),
            "opened": opened,
            "photo": opened.photo,
            "exhibit": opened.exhibit,
            "size": (width, height),
            "drawn": drawn,
            "fields": fields,
            "wrong": wrong or {},
            "refusal": refusal,
            "undone": undone,
            "certainties": CERTAINTIES,
            "most_letters": MOST_LETTERS,
            "before": order[place - 1] if place else None,
            "after": order[place + 1] if place + 1 < len(order) else None,
        }
        return pages.studio(request, "studio_regions.html", context, status)

    def changed(
        request: Request,
        opened: OpenPhoto,
        user: str,
        regions: Sequence[Region],
        version: str,
        change: Change,
        fields: Fields | None = None,
    ) -> Response:
        """Saves and shows the page anew; where that is refused, the form keeps what it holds."""
        try:
            workbench.save(opened, regions, version, change)
        except Overtaken as error:
            again = opened_photo(opened.exhibit.id, opened.photo.id)
            return refused(request, again, user, error, fields)
        except SetInvalid as error:
            return refused(request, opened, user, error, fields)
        return RedirectResponse(f"{_path(opened)}#last", SEE_OTHER)

    def refused(
        request: Request,
        opened: OpenPhoto,
        user: str,
        error: Overtaken | SetInvalid,
        fields: Fields | None = None,
    ) -> Response:
        kept = fields or filled(None, opened.exhibit.languages)
        if isinstance(error, SetInvalid):
            return page(request, opened, user, kept, refusal=error.problems, status=422)
        return page(request, opened, user, kept, refusal="overtaken", status=409)

    @router.get("/regions")
    def form(
        request: Request, opened: Opened, user: Curator, region: str = "", undone: bool = False
    ) -> Response:
        fields = filled(_region(opened, region), opened.exhibit.languages)
        return page(request, opened, user, fields, undone=undone)

    @router.post("/regions")
    def save(
        request: Request,
        opened: Opened,
        user: Curator,
        sent: Annotated[dict[str, str], Depends(_texts)],
    ) -> Response:
        regions = opened.photo.region
        fields = posted(sent, opened.exhibit.languages)
        old = _region(opened, fields.region)
        if wrong := faults(fields, old):
            return page(request, opened, user, fields, wrong, status=422)
        region = made(fields, old, len(regions) + 1)
        if old is None:
            all_, change = [*regions, region], Change("added", region.name)
        else:
            all_ = [region if each.id == old.id else each for each in regions]
            change = Change("changed", region.name)
        return changed(request, opened, user, all_, sent.get("version", ""), change, fields)

    @router.post("/regions/remove")
    def remove(
        request: Request,
        opened: Opened,
        user: Curator,
        region: Annotated[str, Form(max_length=64)],
        version: Annotated[str, Form(max_length=64)],
    ) -> Response:
        old = _region(opened, region)
        if old is None:
            return refused(request, opened, user, _gone(opened))
        kept = [each for each in opened.photo.region if each.id != old.id]
        return changed(request, opened, user, kept, version, Change("removed", old.name))

    @router.post("/regions/protect")
    def protect(
        request: Request,
        opened: Opened,
        user: Curator,
        outlines: Annotated[str, Form()],
        version: Annotated[str, Form(max_length=64)],
    ) -> Response:
        try:
            accepted = _FACES.validate_json(outlines)
        except ValidationError as error:
            raise HTTPException(422) from error
        faces = {each.outline: each for each in workbench.faces(opened)}
        regions = [faces[outline] for outline in accepted if outline in faces]
        if not regions:
            return refused(request, opened, user, _gone(opened))
        all_ = [*opened.photo.region, *regions]
        change = Change("protected", regions[0].name)
        return changed(request, opened, user, all_, version, change)

    @router.post("/regions/undo")
    def undo(
        request: Request,
        opened: Opened,
        user: Curator,
        version: Annotated[str, Form(max_length=64)],
    ) -> Response:
        try:
            workbench.undo(opened, version)
        except Overtaken as error:
            return refused(request, opened, user, error)
        return RedirectResponse(f"{_path(opened)}?undone=true", SEE_OTHER)

    @router.get("/scan.jpg")
    def scan(opened: Opened) -> Response:
        headers = {"Cache-Control": "private, no-cache"}
        return Response(workbench.picture(opened), media_type="image/jpeg", headers=headers)

    @router.get("/outline")
    def outline(
        opened: Opened,
        x: Annotated[list[Fraction], Query(min_length=1, max_length=MOST_CLICKS)],
        y: Annotated[list[Fraction], Query(min_length=1, max_length=MOST_CLICKS)],
        reach: Annotated[float, Query(ge=0.2, le=5)] = 1.0,
    ) -> dict[str, list[Point]]:
        return {"outline": workbench.outline(opened, list(zip(x, y, strict=False)), reach)}

    @router.get("/faces")
    def faces(opened: Opened) -> dict[str, list[tuple[Point, ...]]]:
        return {"faces": [each.outline or () for each in workbench.faces(opened)]}

    return router


def _path(opened: OpenPhoto) -> str:
    return f"/studio/{opened.exhibit.id}/{opened.photo.id}/regions"


def _gone(opened: OpenPhoto) -> Overtaken:
    """What the page that was sent shows is no longer there."""
    return Overtaken(f"photos/{opened.photo.id}/photo.toml")


def _region(opened: OpenPhoto, region_id: str) -> Region | None:
    return next((each for each in opened.photo.region if each.id == region_id), None)
