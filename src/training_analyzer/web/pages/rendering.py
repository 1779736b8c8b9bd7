"""Templates to pages: one Jinja environment, the addresses of static files, the icons."""

from __future__ import annotations

import hashlib
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.responses import HTMLResponse

from training_analyzer.web.catalogs import LANGUAGES
from training_analyzer.web.tongue import Tongue

if TYPE_CHECKING:
    from collections.abc import Mapping

WEB: Final = Path(__file__).parents[1]
STATIC: Final = WEB / "static"
_HTMX: Final = "vendor/htmx.min.js"
_SSE: Final = "vendor/hx-sse.min.js"
_UPLOT: Final = "vendor/uPlot.iife.min.js"
_UPLOT_LOOK: Final = "vendor/uPlot.min.css"


class Renderer:
    """Fills templates. Escapes everything that is not markup of our own."""

    def __init__(self, *, has_vendor_files: bool | None = None) -> None:
        if has_vendor_files is None:
            has_vendor_files = (STATIC / _HTMX).is_file()
        vendor = (
            {
                "htmx": static_address(_HTMX),
                "sse": static_address(_SSE),
                "uplot": static_address(_UPLOT),
                "uplot_look": static_address(_UPLOT_LOOK),
            }
            if has_vendor_files
            else dict.fromkeys(("htmx", "sse", "uplot", "uplot_look"))
        )
        self._environment = Environment(
            loader=FileSystemLoader(WEB / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals["static"] = {
            file.name: static_address(file.name)
            for file in STATIC.iterdir()
            if file.suffix in {".css", ".js", ".svg"}
        }
        self._environment.globals |= vendor
        self._environment.filters["coded"] = _coded
        # A curve is a thousand numbers: spaces between them are a tenth of its weight.
        self._environment.policies["json.dumps_kwargs"] = {"separators": (",", ":")}

    def page(
        self,
        template: str,
        values: Mapping[str, Any],
        *,
        tongue: Tongue | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """Return *template* filled with *values*, in the words of *tongue*.

        A template says `_("text %(name)s", name=…)`, `plural(one, many, n)`,
        `meant(sense, "text")`, and `rich(…)` where the values are markup of our own.
        """
        spoken = tongue or Tongue()
        words = {
            "tongue": spoken,
            "_": spoken.text,
            "plural": spoken.plural,
            "meant": spoken.meant,
            "rich": partial(_rich, spoken),
            "reader": None,
            "languages": LANGUAGES,
        }
        text = self._environment.get_template(template).render(words | dict(values))
        return HTMLResponse(text, status, dict(headers or {}))


def _rich(tongue: Tongue, message: str, **values: object) -> Markup:
    """Return a text with markup in the places of its values; what is no markup is escaped."""
    return Markup(escape(tongue.text(message))) % {  # noqa: S704 - both sides are escaped
        name: escape(value) for name, value in values.items()
    }


def _coded(text: str) -> Markup:
    """Return *text* with what stands between backticks as code."""
    parts = [escape(part) for part in text.split("`")]
    coded = (f"<code>{part}</code>" if at % 2 else part for at, part in enumerate(parts))
    return Markup("".join(coded))  # noqa: S704 - each part is escaped


def static_address(name: str) -> str:
    """Return the address of a static file, with its content's hash so that it may be cached."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()
    return f"/static/{name}?v={digest[:12]}"
