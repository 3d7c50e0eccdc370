import pytest


@pytest.mark.parametrize("url", ["/api/schema/", "/api/docs/", "/api/auth/login/", "/admin/login/"])
def test_public_pages(client, db, url):
    assert client.get(url).status_code == 200


def test_the_admins_static_files_are_served_without_debug(client, settings):
    assert not settings.DEBUG
    assert client.get("/static/admin/css/base.css").status_code == 200


def test_a_token_for_name_and_password(anybody, clerk_user):
    answer = anybody.post("/api/token/", {"username": "clerk", "password": "secret"})
    anybody.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")

    assert anybody.get("/api/customers/").status_code == 200


def test_a_wrong_token_is_refused(anybody, db):
    anybody.credentials(HTTP_AUTHORIZATION="Token nonsense")

    assert anybody.get("/api/customers/").status_code == 401
