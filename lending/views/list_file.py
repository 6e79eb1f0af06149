"""The file of a long list: ordering it, and fetching it from the page of long work."""

from collections.abc import Iterator

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.signing import BadSignature
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from ledger.files import CSV, XLSX
from ledger.views.common import needs, person
from ledger.views.lists import ADDRESSES, without_format
from lending.list_files import NoList, content_of
from lending.tasks import order_list_file
from tenants.current import current_tenant_id, tenant_context
from tenants.lists import LISTS
from tenants.models import ListFile


@require_POST
@needs("lending.view_work")
def order_file(request: HttpRequest) -> HttpResponse:
    """The list at `address` as a file of `format`, as long work. Back to the list, where a toast leads to it."""
    try:
        address = ADDRESSES.unsign(request.POST.get("address", ""))
    except BadSignature:
        raise NoList from None
    work = order_list_file(address=address, kind=request.POST.get("format", ""), by=person(request))
    said = format_html(
        '{} is written by a worker. <a href="{}">Fetch it from Long work</a>', work.title, reverse("work")
    )
    messages.info(request, said)
    return redirect(without_format(address))


@require_safe
@needs("lending.view_work")
def list_file(request: HttpRequest, file_id: int) -> HttpResponseBase:
    """The file, for whoever ordered it while they may open its list; to anybody else there is none."""
    kept = ListFile.objects.filter(work__by=person(request), kept_until__gt=Now())
    file = get_object_or_404(kept, pk=file_id)
    if not person(request).has_perm(LISTS[file.list].permission):
        raise PermissionDenied
    response = StreamingHttpResponse(
        within_tenant(file, current_tenant_id()), content_type=CSV if file.format == "csv" else XLSX
    )
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["Content-Length"] = file.size
    return response


def within_tenant(file: ListFile, tenant_id: int) -> Iterator[bytes]:
    """The bytes, read after the request's own transaction has ended, in one of the same tenant."""
    with tenant_context(tenant_id):
        yield from content_of(file)
