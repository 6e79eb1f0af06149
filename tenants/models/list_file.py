"""The file of a long list: what was ordered by whom, and its bytes for as long as they are kept."""

from typing import ClassVar

from django.db import models

from tenants.base import TenantForeignKey, TenantModel, TenantOneToOneField
from tenants.models.long_work import LongWork


class ListFile(TenantModel):
    """What LongWork of the kind `file` writes. It is for the one person who ordered it: `work.by`.

    list: its name in tenants.lists.LISTS.  address: path and query that its rows are those of, the format included.
    kept_until: None until it is written whole, which is when its pieces come; afterwards it is not handed out.
    """

    rights: ClassVar[str] = "SELECT, INSERT, UPDATE"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "XLSX"

    work = TenantOneToOneField(LongWork, related_name="file")
    list = models.CharField(max_length=40)
    address = models.TextField()
    format = models.CharField(max_length=4, choices=Format.choices)
    name = models.CharField(max_length=120, help_text="Of the file, with its ending.")
    size = models.PositiveBigIntegerField(default=0, help_text="Bytes, once it is written.")
    kept_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(format__in=["csv", "xlsx"]), name="list_file_format_known"),
            models.CheckConstraint(
                condition=models.Q(kept_until__isnull=False) | models.Q(size=0), name="list_file_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ListFilePiece(TenantModel):
    """A piece of the file, compressed. They come all at once, in the transaction that ends the work."""

    rights: ClassVar[str] = "SELECT, INSERT, DELETE"

    file = TenantForeignKey(ListFile, related_name="pieces", db_index=False)
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint("tenant", "file", "number", name="list_file_piece_once")]

    def __str__(self) -> str:
        return f"Piece {self.number} of {self.file}"
