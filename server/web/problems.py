"""Errors as HTTP, in one place: a page for people, JSON for programs (RFC 9457)."""

from collections.abc import Sequence

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from server.errors import (
    EditionMissing,
    LinkUnknown,
    Problem,
    RekindleError,
    ScanUnreadable,
    SetInvalid,
)
from server.web.pages import Pages


def status_of(error: RekindleError) -> int:
    if isinstance(error, SetInvalid | ScanUnreadable):
        return 422
    return 404 if isinstance(error, EditionMissing | LinkUnknown) else 500


def add_problems(app: FastAPI, pages: Pages) -> None:
    """Answers every RekindleError and HTTPException that a page lets pass."""

    def answer(
        request: Request, status: int, detail: str, problems: Sequence[Problem] = ()
    ) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            context = {"status": status, "user": None, "problems": problems}
            return pages.studio(request, "studio_problem.html", context, status)
        problem = {"status": status, "detail": detail}
        return JSONResponse(problem, status, media_type="application/problem+json")

    @app.exception_handler(RekindleError)
    async def rekindle(request: Request, error: RekindleError) -> Response:
        problems = error.problems if isinstance(error, SetInvalid) else ()
        if isinstance(error, ScanUnreadable):
            problems = (error.problem,)
        return answer(request, status_of(error), str(error), problems)

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        in_path = any(fault["loc"][0] == "path" for fault in error.errors())
        return answer(request, 404 if in_path else 422, "Not Found" if in_path else str(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if 300 <= error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        return answer(request, error.status_code, error.detail)
