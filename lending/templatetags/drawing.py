"""Rendering a component's template and drawing its icons."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

ICONS = Path(__file__).resolve().parents[2] / "static" / "vendor" / "tabler-icons-3.51.0"
_BODY = re.compile(r"<svg[^>]*>(.*)</svg>", re.DOTALL)
# What a component's template may need besides its own values.
_SHARED = ("request", "csrf_token", "user")


def render(context: Context, component: str, **values: Any) -> SafeString:
    """templates/components/`component`.html with `values`, in the page's engine."""
    engine = context.template.engine  # type: ignore[union-attr]
    shared = {name: context[name] for name in _SHARED if name in context}
    return engine.get_template(f"components/{component}.html").render(Context(shared | values))


@cache
def _drawing(name: str) -> str:
    """The lines inside the icon's <svg>. Raises FileNotFoundError for an icon that is not shipped."""
    found = _BODY.search((ICONS / f"{name}.svg").read_text())
    assert found is not None, name
    return " ".join(found[1].split())


def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon drawn in the page. label: its name for a screen reader; without one it is decoration."""
    says = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="lw-icon" width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" '
        'stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round" focusable="false" {}>{}</svg>',
        says,
        mark_safe(_drawing(name)),  # noqa: S308 - lines of a file that we ship
    )
