"""Journals as files that other accounting systems take in."""
