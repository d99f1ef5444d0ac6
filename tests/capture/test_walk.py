"""Claims about walking a site, each against a real server and a real browser; nothing leaves 127.0.0.1."""

from __future__ import annotations


def test_routes_without_links_shadow_trees_and_frames_are_seen(shoot):
    recording, _ = shoot("vue-app", days=0)
    assert len({row["route"] for row in recording.document["states"]}) >= 3
    inner, _ = shoot("frames-shadow", days=0)
    assert any(len(row["texts"]) > 3 for row in inner.document["states"])
