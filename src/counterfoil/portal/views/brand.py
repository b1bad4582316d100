"""A biller's colours, as a sheet of its own: no page may carry a style in itself."""

from __future__ import annotations

from typing import Final

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from counterfoil.billers import brand as brands, queries as biller_queries
from counterfoil.core import errors

FOR_EVER: Final = "public, max-age=31536000, immutable"


@require_GET
def sheet(_request: HttpRequest, key: str, digest: str) -> HttpResponse:
    """Answer the sheet at its present address; an address of older colours is gone."""
    try:
        biller = biller_queries.get_by_key(key=key)
    except errors.NotFound:
        raise Http404 from None
    if not brands.css_path(key=biller.key, hue=biller.hue).endswith(f"-{digest}.css"):
        raise Http404
    response = HttpResponse(f":root{{--hue:{biller.hue}}}\n", content_type="text/css")
    response.headers["Cache-Control"] = FOR_EVER
    return response
