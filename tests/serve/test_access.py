"""Claims about who gets in and who may do what."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from fastapi import FastAPI

from appscan.serve import passwords, sessions
from appscan.serve.permissions import READS, guard_of, unguarded
from appscan.serve.recognised import Recognised
from appscan.serve.settings import Settings
from appscan.store import Event, EventKind, Role, Store
from appscan.store.accounts import MOST_FOR_ACCOUNT
from tests.serve.conftest import PASSWORD, USERS, form_token, sign_in


def _routes(desk):
    for route in desk.app.state.routes:
        path = re.sub(r"\{\w+(:path)?\}", "1", route.path)
        for method in sorted(route.methods - {"HEAD"}):
            yield route, guard_of(route), method, path


def test_every_route_but_the_few_of_signing_in_refuses_a_guest(desk):
    with desk.client() as guest:
        guest.get("/sign-in")
        open_paths = set()
        for _, guard, method, path in _routes(desk):
            if guard.role is None:
                open_paths.add(path)
                continue
            answer = guest.request(method, path)
            if method == "GET" and not path.startswith("/api/"):
                assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in"), path
            else:
                assert answer.status_code == 401, (method, path)
    assert open_paths == {"/sign-in", "/sign-in/oidc", "/sign-in/oidc/back", "/language", "/static/1"}


def test_a_viewer_can_change_nothing_but_the_own_session_and_tokens(desk):
    own = {"/sign-out", "/language", "/sign-in", "/tokens", "/tokens/1/remove"}
    with desk.signed_in("看客") as viewer:
        token = sessions.form_token(viewer.cookies["appscan"])
        for _, _, method, path in _routes(desk):
            if method not in READS and path not in own:
                answer = viewer.request(method, path, headers={"x-form-token": token})
                assert answer.status_code == 403, (method, path)


def test_a_form_without_the_token_of_its_own_session_is_refused_on_every_route(desk):
    """The defence against another site that posts with this browser's cookie."""
    with desk.signed_in("管理员") as admin, desk.signed_in("管理员") as other:
        foreign = sessions.form_token(other.cookies["appscan"])
        for _, _, method, path in _routes(desk):
            if method in READS:
                continue
            for token in ("", foreign):
                answer = admin.request(method, path, headers={"x-form-token": token} if token else {})
                assert answer.status_code == 403, (method, path)


def test_signing_in_makes_a_new_session_so_that_a_planted_one_is_worth_nothing(desk):
    with desk.client() as victim, desk.client() as attacker:
        victim.get("/sign-in")
        planted = victim.cookies["appscan"]
        assert sign_in(victim, "复核员", PASSWORD).status_code == 303
        assert victim.cookies["appscan"] != planted
        attacker.cookies.set("appscan", planted)
        assert attacker.post("/sign-out", headers={"x-form-token": sessions.form_token(planted)}).status_code == 401


def test_signing_out_ends_the_session_in_the_store_too(desk):
    with desk.signed_in("复核员") as client:
        secret = client.cookies["appscan"]
        client.post("/sign-out", data={"form_token": sessions.form_token(secret)})
        client.cookies.set("appscan", secret)
        assert client.post("/sign-out", headers={"x-form-token": sessions.form_token(secret)}).status_code == 401


def test_guessing_passwords_ends_soon_even_with_the_right_one(desk):
    with desk.client() as client:
        answers = [sign_in(client, "管理员", "wrong" * 3).status_code for _ in range(MOST_FOR_ACCOUNT)]
        assert answers == [401] * MOST_FOR_ACCOUNT
        assert sign_in(client, "管理员", PASSWORD).status_code == 429
    refused = [event.content["why"] for event in desk.store.events(EventKind.SIGN_IN_REFUSED)]
    assert refused == ["wrong"] * MOST_FOR_ACCOUNT + ["often"]


def test_guessing_among_many_accounts_ends_too(tmp_path):
    with Store.open(str(tmp_path / "office.db")) as store:
        tries = [store.accounts.may_try(f"user{number}", "192.0.2.1", now=sessions.now()) for number in range(40)]
        assert tries[:30] == [True] * 30
        assert not any(tries[30:])
        assert store.accounts.may_try("user1", "192.0.2.2", now=sessions.now())
        later = sessions.now() + timedelta(minutes=16)
        assert store.accounts.may_try("user1", "192.0.2.1", now=later)


def test_an_unknown_account_gets_the_same_answer_as_a_wrong_password(desk):
    with desk.client() as client:
        pages = [sign_in(client, name, "wrong password").text.replace(f'value="{name}"', "")
                 for name in ("管理员", "没有此人")]
    assert pages[0] == pages[1], "but for the name as it was typed"


def test_a_disabled_account_is_out_at_once(desk):
    with desk.signed_in("复核员") as client:
        secret = client.cookies["appscan"]
        desk.store.accounts.disable("复核员", who="管理员", when=sessions.now())
        assert client.post("/sign-out", headers={"x-form-token": sessions.form_token(secret)}).status_code == 401
        assert sign_in(client, "复核员", PASSWORD).status_code == 401


def test_who_was_recognised_is_out_at_once_whatever_process_says_so(desk, tmp_path):
    """Sessions are remembered between requests; nothing that the office does to an account waits for that."""
    with desk.signed_in("复核员") as client, desk.signed_in("管理员") as other:
        assert [client.get("/findings").status_code for _ in range(3)] == [200] * 3
        with Store.open(str(tmp_path / "office.db"), create=False) as elsewhere:
            elsewhere.accounts.set_password("复核员", "other", who="管理员", when=sessions.now())
        assert client.get("/findings").status_code == 303
        assert [other.get("/findings").status_code for _ in range(3)] == [200] * 3
        secret = other.cookies["appscan"]
        desk.store.accounts.close_session(sessions.digest_of(secret))
        assert other.get("/findings").status_code == 303


def test_who_was_recognised_is_asked_for_again_before_the_session_may_be_over(tmp_path):
    now, minute = sessions.now(), timedelta(minutes=1)
    with Store.open(str(tmp_path / "office.db")) as store:
        store.accounts.add("甲", "-", Role.VIEWER, who="x", when=now)
        store.accounts.open_session(sessions.digest_of("one"), "甲", now=now, ends=now + 3 * minute)
        recognised = Recognised(store, Settings(idle=0.5 * minute))
        assert recognised.at_once("one", now) is None  # nobody asked yet
        assert recognised.user_of("one", now).name == "甲"
        assert recognised.at_once("one", now).name == "甲"
        assert recognised.at_once("two", now) is None
        assert recognised.at_once("one", now + 0.6 * minute) is None
        recognised = Recognised(store, Settings(idle=60 * minute))
        for _ in range(2):  # the first one writes when it was used
            assert recognised.user_of("one", now + 2.5 * minute).name == "甲"
        assert recognised.at_once("one", now + 2.9 * minute).name == "甲"
        assert recognised.at_once("one", now + 3 * minute) is None
        recognised.user_of("one", now)
        store.record(Event(EventKind.REVIEWED, "R-1", "x", now))
        assert recognised.at_once("one", now) is None


def test_a_session_ends_after_its_time_and_when_it_lies_idle(tmp_path):
    now = sessions.now()
    with Store.open(str(tmp_path / "office.db")) as store:
        store.accounts.add("甲", "-", Role.VIEWER, who="x", when=now)
        store.accounts.open_session("a" * 64, "甲", now=now, ends=now + timedelta(hours=12))

        def whose(hours, idle):
            return store.accounts.session_user("a" * 64, now=now + timedelta(hours=hours), idle=timedelta(hours=idle))

        assert whose(0.5, 1).name == "甲"
        assert whose(2, 1) is None
        assert whose(13, 24) is None


def test_the_store_holds_neither_passwords_nor_session_secrets(desk, tmp_path):
    with desk.signed_in("复核员") as client:
        held = b"".join(path.read_bytes() for path in tmp_path.glob("office.db*"))
        assert client.cookies["appscan"].encode() not in held
        assert PASSWORD.encode() not in held
        assert b"$argon2id$" in held


def test_cookies_are_out_of_reach_of_scripts_and_of_other_sites(desk):
    with desk.client() as client:
        cookie = client.get("/sign-in").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


def test_fields_that_a_form_does_not_have_change_nothing(desk):
    """Mass assignment: a role or a name of another user beside the real fields."""
    with desk.client() as client:
        client.post("/sign-in", data={"name": "看客", "password": PASSWORD, "role": "admin", "user": "管理员",
                                      "form_token": form_token(client, "/sign-in")})
    assert {user.name: user.role for user in desk.store.accounts.users()} == USERS
    assert [event.who for event in desk.store.events(EventKind.SIGNED_IN)] == ["看客"]


@pytest.mark.parametrize("password", ["short", "x" * 300])
def test_a_password_has_a_least_and_a_most_length(password):
    with pytest.raises(Exception, match="password_length"):
        passwords.hashed(password)


def test_a_route_without_a_guard_is_noticed():
    """`desk` refuses to start with one."""
    assert unguarded(FastAPI().router.routes) == ["/openapi.json", "/docs", "/docs/oauth2-redirect", "/redoc"]
