"""Errors as HTTP, in one place: a page for people, JSON for programs (RFC 9457)."""

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from server.errors import EditionMissing, LinkUnknown, RekindleError
from server.web.pages import Pages


def status_of(error: RekindleError) -> int:
    return 404 if isinstance(error, EditionMissing | LinkUnknown) else 500


def add_problems(app: FastAPI, pages: Pages) -> None:
    """Answers every RekindleError and HTTPException that a page lets pass."""

    def answer(request: Request, status: int, detail: str) -> Response:
        if "text/html" in request.headers.get("accept", ""):
            return pages.studio(
                request, "studio_problem.html", {"status": status, "user": None}, status
            )
        problem = {"status": status, "detail": detail}
        return JSONResponse(problem, status, media_type="application/problem+json")

    @app.exception_handler(RekindleError)
    async def rekindle(request: Request, error: RekindleError) -> Response:
        return answer(request, status_of(error), str(error))

    @app.exception_handler(RequestValidationError)
    async def malformed(request: Request, error: RequestValidationError) -> Response:
        in_path = any(fault["loc"][0] == "path" for fault in error.errors())
        return answer(request, 404 if in_path else 422, "Not Found" if in_path else str(error))

    @app.exception_handler(HTTPException)
    async def http(request: Request, error: HTTPException) -> Response:
        if 300 <= error.status_code < 400:
            return Response(status_code=error.status_code, headers=error.headers)
        return answer(request, error.status_code, error.detail)
