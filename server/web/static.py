"""Files that never change under their address: the interface of a version, published editions."""

import hashlib
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from server import __version__
from server.show.stations import EditionShelf

FOREVER = "public, max-age=31536000, immutable"
UI_FOLDERS = ("kiosk", "projection", "studio", "shared", "styles")


class Unchanging(StaticFiles):
    """Static files that a browser need never ask for again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        if response.status_code < 400:
            response.headers["Cache-Control"] = FOREVER
        return response


def ui_version(ui: Path) -> str:
    """Names the interface by what its files hold, so that a changed file has another address."""
    digest = hashlib.sha256()
    for folder in UI_FOLDERS:
        for file in sorted(path for path in (ui / folder).rglob("*") if path.is_file()):
            digest.update(str(file.relative_to(ui)).encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
    return f"{__version__}-{digest.hexdigest()[:8]}"


def mount_ui(app: FastAPI, ui: Path, version: str) -> None:
    for folder in UI_FOLDERS:
        files = Unchanging(directory=ui / folder, check_dir=False)
        app.mount(f"/ui/{version}/{folder}", files, name=f"ui-{folder}")


def editions_router(shelf: EditionShelf) -> APIRouter:
    """``/editions/<set>/<number>/<file>`` of editions that are complete."""
    router = APIRouter()

    @router.get("/editions/{set_id}/{number}/{path:path}")
    def file(set_id: str, number: int, path: str) -> FileResponse:
        if set_id not in shelf.sets():
            raise HTTPException(404)
        folder = shelf.folder(set_id, number).resolve()
        target = (folder / path).resolve()
        # The manifest is written last: without it there is no such edition, or not yet.
        complete = (folder / "manifest.json").is_file()
        if not (complete and target.is_relative_to(folder) and target.is_file()):
            raise HTTPException(404)
        return FileResponse(target, headers={"Cache-Control": FOREVER})

    return router
