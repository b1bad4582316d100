"""Stored bytes: each content once, known by its SHA-256, kept in pieces of 1 MB."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


class StoredFile(models.Model):
    """One content. The same bytes stored twice are one row."""

    public_id = models.CharField(max_length=30, unique=True)
    sha256 = models.BinaryField(unique=True)
    mime = models.CharField(max_length=100)
    size = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "stored_file"
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(size__gte=0), name="stored_file_size"),
        ]


class FilePiece(models.Model):
    """One megabyte of a content, or what is left for the last piece; `seq` counts from 0."""

    pk = models.CompositePrimaryKey("file_id", "seq")
    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="+", db_index=False)
    seq = models.IntegerField()
    data = models.BinaryField()

    class Meta:
        db_table = "file_piece"
