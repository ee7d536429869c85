"""Tests of `blogstack graph`."""
