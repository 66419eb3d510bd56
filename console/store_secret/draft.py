"""The draft behind the wizard's pages: what each step's form was posted with, as it was typed, right or wrong."""

import base64
import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters

from console.forms import AwsForm, new_token
from console.http import ConsoleRequest
from secrets_app import drafts

P = ParamSpec("P")
View = Callable[Concatenate[ConsoleRequest, "OpenDraft", P], HttpResponse]


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """content: steps (slug -> field -> what was posted), passed (the slugs of those that were right when
    the person went on), tokens, binary (base64, of a copy), refusal."""

    owner: drafts.Owner
    id: uuid.UUID
    content: drafts.Content
    stored_name: str = ""

    def __repr__(self) -> str:
        return f"OpenDraft({self.id})"

    @property
    def seen(self) -> set[str]:
        return set(self.content["steps"])

    @property
    def passed(self) -> set[str]:
        return set(self.content.get("passed", []))

    @property
    def binary(self) -> bytes | None:
        text = self.content.get("binary", "")
        return base64.b64decode(text) if text else None

    def posted(self, step: str) -> QueryDict:
        """What the step was last posted with; empty if it never was."""
        found = QueryDict(mutable=True)
        for name, values in self.content["steps"].get(step, {}).items():
            found.setlist(name, values)
        return found

    def refusal_of(self, step: str) -> dict[str, str] | None:
        """Why Store was refused, if this step is where it belongs."""
        found: dict[str, str] | None = self.content.get("refusal")
        return found if found and found["step"] == step else None

    def change(self, change: Callable[[drafts.Content], None]) -> None:
        """Change what is stored of it now: another tab may have changed another step meanwhile."""
        with transaction.atomic():
            newest = drafts.lock(self.owner, self.id)
            if newest is None or newest.stored_name:
                return
            change(newest.content)
            drafts.save(self.owner, self.id, newest.content)
            self.content.clear()
            self.content.update(newest.content)


def new_content(steps: dict[str, dict[str, list[str]]] | None = None, binary: bytes | None = None) -> drafts.Content:
    return {
        "steps": steps or {},
        "passed": list(steps or {}),
        "tokens": {"create": new_token(), "rotate": new_token()},
        "binary": base64.b64encode(binary).decode() if binary else "",
        "refusal": None,
    }


def owner_of(request: ConsoleRequest) -> drafts.Owner:
    return drafts.Owner(request.call, request.session.session_key or "")


def for_draft(view: View[P]) -> Callable[..., HttpResponse]:
    """Hands the draft that the address names to the view; a page that says so where there is none for this person."""

    @sensitive_post_parameters()
    @functools.wraps(view)
    def run(request: HttpRequest, draft_id: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        asked = cast(ConsoleRequest, request)
        owner = owner_of(asked)
        found = drafts.find(owner, draft_id)
        if found is None:
            return gone(asked)
        content = found.content or new_content()
        return view(asked, OpenDraft(owner, draft_id, content, found.stored_name), *args, **kwargs)

    return run


def gone(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/store_secret/gone.html", {"breadcrumbs": breadcrumbs()}, status=404)


def breadcrumbs() -> list[dict[str, str]]:
    home = reverse("secrets-list")
    return [
        {"label": "Secrets Console", "url": home},
        {"label": "Secrets", "url": home},
        {"label": "Store a new secret", "url": ""},
    ]


def filled(make: Callable[..., AwsForm], posted: QueryDict, *, checked: bool) -> Any:
    """The form as it was typed; without a word about what is wrong with it, until it is checked."""
    if not posted:
        return make()
    if checked:
        return make(posted)
    empty: forms.Form = make()
    values = {name: field.widget.value_from_datadict(posted, {}, name) for name, field in empty.fields.items()}
    return make(initial=values)
