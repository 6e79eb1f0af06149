from launcher.roles import Roles, database_of, with_database, with_role


def test_a_url_keeps_its_place_and_options_under_another_role():
    assert (
        with_role("postgresql://admin:p%40ss@db.example:5433/loans?sslmode=require", "loanwright_app", "a/b")
        == "postgresql://loanwright_app:a%2Fb@db.example:5433/loans?sslmode=require"
    )
    assert with_role("postgresql:///loans?host=/run/pg", "app", "x") == "postgresql://app:x@/loans?host=/run/pg"


def test_tests_get_a_database_beside_the_one_that_was_given():
    url = "postgresql://admin@/loans?host=/run/pg"
    assert with_database(url, "loans_test") == "postgresql://admin@/loans_test?host=/run/pg"
    assert database_of(url) == "loans"


def test_roles_are_named_after_their_database_within_63_bytes():
    assert Roles.named_after("loans") == Roles("loanwright_owner_loans", "loanwright_app_loans", "loans")
    long = Roles.named_after("l" * 60)
    assert len(long.owner) == len("loanwright_owner_") + 16
    assert long.owner != Roles.named_after("l" * 61).owner
