"""Keeping a view of a list, and changing or deleting one's own."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from ledger.views.common import person
from tenants.lists import LISTS
from tenants.lists.shown import PASSING
from tenants.models import SavedView, User


class ViewForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SavedView
        fields = ("name", "shared", "is_default")
        labels = {"shared": "For the whole team", "is_default": "Open the list with it"}
        error_messages = {"name": {"required": "Type a name for the view."}}
        help_texts = {
            "shared": "Everybody who may open the list sees it under your name.",
            "is_default": "It is what you see first.",
        }

    def __init__(self, *args: object, taken: set[str], **options: object) -> None:
        super().__init__(*args, **options)  # type: ignore[arg-type]
        self.taken = taken

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if name in self.taken:
            raise forms.ValidationError(f"You have a view called {name} of this list. Take another name.")
        return name


@require_POST
@login_required
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep what a list shows. The name of one's own view is overwritten: that is how it is changed."""
    user, listing = person(request), LISTS.get(request.POST.get("list", ""))
    back, name = way_back(request, request.POST), request.POST.get("name", "").strip()[:60]
    if listing is None or not user.has_perm(listing.permission):
        raise PermissionDenied
    query = passing_left_out(request.POST.get("query", ""))
    if not name:
        messages.error(request, "The view was not kept: it needs a name.")
        return redirect(f"{back}?{query}")
    if len(query) > 1000:
        messages.error(request, "The view was not kept: its filters are too long to keep. Take some away.")
        return redirect(f"{back}?{query}")
    is_default = "is_default" in request.POST
    if is_default:
        no_other_default(user, listing.name)
    kept, _ = SavedView.objects.update_or_create(
        user=user,
        list=listing.name,
        name=name,
        defaults={"query": query, "shared": "shared" in request.POST, "is_default": is_default},
    )
    messages.success(request, f"Kept as {kept}.")
    return redirect(f"{back}?{query}&view={kept.pk}")


@require_http_methods(["GET", "POST"])
@login_required
def saved_view(request: HttpRequest, view_id: int) -> HttpResponse:
    """Rename, share, make first or delete one's own view; anybody else's is not found."""
    user = person(request)
    kept = get_object_or_404(SavedView, pk=view_id, user=user)
    others = SavedView.objects.filter(user=user, list=kept.list).exclude(pk=kept.pk)
    form = ViewForm(request.POST or None, instance=kept, taken=set(others.values_list("name", flat=True)))
    back = way_back(request, request.POST if request.method == "POST" else request.GET)
    if request.method == "POST" and request.POST.get("act") == "delete":
        kept.delete()
        messages.success(request, f"Deleted the view {kept}.")
        return redirect(f"{back}?view=all")
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["is_default"]:
            no_other_default(user, kept.list)
        form.save()
        messages.success(request, f"Kept as {kept}.")
        return redirect(f"{back}?{kept.query}&view={kept.pk}")
    context = {"form": form, "view": kept, "back": back}
    return render(request, "lending/saved_view.html", context, status=422 if form.errors else 200)


def no_other_default(user: User, listing: str) -> None:
    SavedView.objects.filter(user=user, list=listing, is_default=True).update(is_default=False)


def passing_left_out(query: str) -> str:
    kept = QueryDict(query[:4000], mutable=True)
    for name in PASSING:
        kept.pop(name, None)
    return kept.urlencode()


def way_back(request: HttpRequest, given: QueryDict) -> str:
    """The page of the list, if the form names one of ours."""
    back = given.get("back", "")
    safe = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return back.partition("?")[0] if safe else reverse("home")
