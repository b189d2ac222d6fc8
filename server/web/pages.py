"""Jinja templates with the words of the visitor's or curator's language."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from babel import Locale
from babel.dates import format_datetime
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from server.web.languages import negotiate, read_words

LANGUAGE_COOKIE = "rekindle_language"


class Pages:
    """Renders the templates of ``ui/templates``."""

    def __init__(self, ui: Path, version: str) -> None:
        """``version`` names the folder under which the interface's files are served."""
        self._environment = Environment(
            loader=FileSystemLoader(ui / "templates"), autoescape=True, undefined=StrictUndefined
        )
        self._environment.globals["version"] = version
        self._environment.globals["ui"] = f"/ui/{version}"
        self._environment.filters.update(tojson=_as_json, dated=_dated)
        self._screen_words = read_words(ui / "locale", "kiosk")
        self._studio_words = {"en": {}, **read_words(ui / "locale", "studio")}

    def screen(self, template: str, station: str, **context: object) -> HTMLResponse:
        """A kiosk's or a projection's page. The words of all languages travel with it: the
        visitor's choice comes over the wire."""
        text = self._environment.get_template(template).render(
            station=station, strings=self._screen_words, **context
        )
        return _page(text)

    def studio(
        self, request: Request, template: str, context: Mapping[str, object], status: int = 200
    ) -> HTMLResponse:
        """A page of the Studio, in ``?lang=``, the language chosen before, or the browser's. A
        ``path`` in the context is where the page can be asked for, if not where it was."""
        chosen = request.query_params.get("lang") or request.cookies.get(LANGUAGE_COOKIE, "")
        languages = list(self._studio_words)
        accepted = request.headers.get("accept-language", "")
        language = chosen if chosen in languages else negotiate(accepted, languages)
        words = self._studio_words[language]
        text = self._environment.get_template(template).render(
            _=lambda english: words.get(english, english),
            language=language,
            languages=languages,
            **{"path": request.url.path, **context},
        )
        page = _page(text, status)
        if request.query_params.get("lang") == language:
            page.set_cookie(LANGUAGE_COOKIE, language, max_age=31536000, samesite="lax")
        return page


def _page(text: str, status: int = 200) -> HTMLResponse:
    # A page names files by version, so it must be asked for anew each time.
    return HTMLResponse(text, status, headers={"Cache-Control": "no-cache"})


def _dated(moment: str, language: str) -> str:
    """An ISO 8601 moment as the language writes it, in UTC."""
    locale = Locale.parse(language, sep="-")
    return f"{format_datetime(datetime.fromisoformat(moment), 'medium', locale=locale)} UTC"


def _as_json(value: Mapping[str, object]) -> Markup:
    """JSON that may stand in a script element in any language, without escapes but these."""
    text = json.dumps(value, ensure_ascii=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
