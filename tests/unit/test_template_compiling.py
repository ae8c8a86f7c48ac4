"""A settled template prints what the same template prints as it is written."""

from __future__ import annotations

import pytest
from jinja2 import DictLoader, StrictUndefined, UndefinedError
from jinja2.compiler import CodeGenerator
from markupsafe import Markup

from e2e import ui_gallery_samples as samples
from portal.compiling import SettlingEnvironment
from portal.i18n import at
from portal.pages import Pages, _environment

GREETED = {
    "Hej": "<b>Hello</b>",
    "Hej %(name)s": "Hello, %(name)s & welcome, %(name)s",
    "%(a)s före %(b)s": "%(b)s after %(a)s",
    "%(a)s eller %(b)s": "just %(a)s",
    "Hundra %%": "A hundred %%",
    "Hundra %% av %(a)s": "A hundred %% of %(a)s",
}
MACROS = {
    "small.html": """
        {% macro picture(name) %}<i>{{ name }}</i>{% endmacro %}
        {% macro twice(name) %}{{ picture(name) }} {{ picture(name) }}{% endmacro %}
        {% macro early(name) %}{{ late(name) }}{% endmacro %}
        {% macro late(name) %}late {{ name }}{% endmacro %}
        {% macro card(text, tone='calm') %}{{ tone }}: {{ text }}{% endmacro %}
        {% macro names(words) %}
          {% for word in words %}{% if not loop.first %}, {% endif %}{{ word }}{% endfor %}
        {% endmacro %}
        {% macro tree(node) %}
          {{ node[0] }}{% for n in node[1] %}({{ tree(n) }}){% endfor %}
        {% endmacro %}
        {% macro framed() %}[{{ caller() }}]{% endmacro %}
        {% macro listed(words) %}{% for w in words %}{{ caller(w, 2) }}{% endfor %}{% endmacro %}
        {% macro counted(row) %}{% set row = row * 2 %}{{ row }}{% endmacro %}
        {% macro lost() %}{{ only_in_the_page }}{% endmacro %}
    """,
}
BODIES = (
    "{{ _('Hej') }}",
    "<a title=\"{{ _('Hej') }}\">",
    "{{ _('Hej')|upper }}",
    "{{ _('Hej %(name)s', name=evil) }}",
    "{{ _('Hej %(name)s', name=safe) }}",
    "{{ _('Hej %(name)s', name=_('Hej')) }}",
    "{{ _('%(a)s före %(b)s', a=evil, b=3) }}",
    "{{ _('%(a)s eller %(b)s', a=evil, b=safe) }}",
    "{{ _('Hundra %%') }} {{ _('Hundra %% av %(a)s', a=1) }}",
    "{{ _('Hej %(name)s', name=evil)|length }}",
    "{{ _(evil) }}",
    "{{ ngettext('En', '%(num)s stycken av %(a)s', 3, a=evil) }}",
    "{% from 'small.html' import picture %}{{ picture(evil) }}{{ picture(safe) }}",
    "{% from 'small.html' import picture as p %}{{ p(name=evil) }} {{ p(p(evil)) }}",
    "{% from 'small.html' import twice, early %}{{ twice(evil) }}{{ early(evil) }}",
    "{% from 'small.html' import card %}{{ card(evil, tone=safe) }}{{ card(1, 2) }}{{ card(1) }}",
    "{% from 'small.html' import names %}{% for w in [words] %}{{ names(w) }}{% endfor %}",
    "{% from 'small.html' import tree %}{{ tree(['a', [['b', []], ['c', [['d', []]]]]]) }}",
    "{% from 'small.html' import framed, picture as p %}{% call framed() %}{{ p(1) }}{% endcall %}",
    "{% from 'small.html' import listed as l %}{% call(w,n) l(words) %}{{ w }}{{ n }}{% endcall %}",
    "{% import 'small.html' as small %}{{ small.picture(evil) }}{{ small.card(text=evil) }}",
    "{{ evil.upper() }}{{ words.index('a') }}{{ safe.replace('e', evil, 1) }}{{ evil.split()[0] }}",
    "<a href=\"{{ static('a&b') }}\">{{ static('a')|upper }}{{ static(evil) }}</a>",
    "{% from 'small.html' import counted %}{% set row = 4 %}{{ counted(row) }}{{ row }}",
    "{% for n in [safe, evil, 7, none] %}{{ n }}{{ loop.index }}{{ loop.first }}{% endfor %}",
    "{% from 'small.html' import picture as p %}{{ p(evil)|upper }}{% set x = p(1) %}{{ x }}",
)


def as_it_is_written(patch: pytest.MonkeyPatch) -> None:
    """Inside, a template is compiled as Jinja does it."""
    patch.setattr(SettlingEnvironment, "_settle", lambda _self, _tree: {})
    patch.setattr(SettlingEnvironment, "code_generator_class", CodeGenerator)


def made(body: str, *, settled: bool, monkeypatch: pytest.MonkeyPatch) -> str:
    environment = SettlingEnvironment(
        lambda text: GREETED.get(text, text),
        loader=DictLoader({**MACROS, "page.html": body}),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(
        lambda text: GREETED.get(text, text),
        lambda one, many, n: one if n == 1 else many,
        newstyle=True,
    )
    environment.globals["static"] = "/static/{}?v=<1>".format
    with monkeypatch.context() as patch:
        if not settled:
            as_it_is_written(patch)
        return environment.get_template("page.html").render(
            evil="<script>", safe=Markup("<em>"), words=["a", "<b>"], only_in_the_page="here"
        )


@pytest.mark.parametrize("body", BODIES)
def test_settling_changes_nothing(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = made(body, settled=False, monkeypatch=monkeypatch)
    assert made(body, settled=True, monkeypatch=monkeypatch) == plain


@pytest.mark.parametrize(
    "body",
    [
        "{% from 'small.html' import lost %}{{ lost() }}",
        "{% from 'small.html' import picture %}{{ picture() }}",
        "{{ _('Hej %(name)s', name=nobody) }}",
    ],
)
def test_what_is_missing_is_missing_in_a_settled_template_too(
    body: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for settled in (False, True):
        with pytest.raises(UndefinedError):
            made(body, settled=settled, monkeypatch=monkeypatch)


def test_a_text_is_translated_when_it_is_compiled_and_a_macro_is_placed() -> None:
    macro = "{% macro m(x) %}{{ x.upper() }}{{ _('Hej') }}{{ static('a.css') }}{% endmacro %}"
    environment = SettlingEnvironment(GREETED.__getitem__, loader=DictLoader({"m": macro}))
    environment.globals["static"] = "/static/{}".format
    code = environment.compile("{% from 'm' import m %}{{ m('x') }}", raw=True)
    assert GREETED["Hej"] in code
    assert "/static/a.css" in code
    assert "context.call" not in code


PAGES = (*samples.FULL, *samples.GOOD, *samples.EMPTY_PAGE, *samples.UNKNOWN_PAGE, *samples.HALF)


@pytest.fixture(scope="module")
def as_written() -> Pages:
    """Our templates, compiled as they are written."""
    _environment.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        as_it_is_written(patch)
        pages = Pages()
        for code in ("sv", "en"):
            pages.compile(code)
    _environment.cache_clear()
    return pages


@pytest.mark.parametrize("code", ["sv", "en"])
@pytest.mark.parametrize("moment", [samples.NOW, samples.NOW.replace(year=2031)])
def test_our_own_pages_are_the_same_when_they_are_settled(as_written, code, moment) -> None:
    """Every state of the overview that the gallery shows."""
    settled = Pages()
    for name, context in PAGES:
        with at(moment):
            plain = as_written.render(code, name, **context)
            assert settled.render(code, name, **context) == plain
