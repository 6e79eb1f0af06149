"""The two roles: the owner makes the tables and migrates them; the application role works in them and owns nothing."""

import hashlib
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from launcher.errors import CannotStart
from launcher.sql import Database, identifier, literal
from launcher.state import Secrets

LONGEST_NAME = 63


@dataclass(frozen=True)
class Roles:
    """The names of both roles and the database that they share."""

    owner: str
    application: str
    database: str

    @classmethod
    def named_after(cls, database: str) -> "Roles":
        """Roles belong to a whole server: on somebody's server the database's name keeps two Loanwrights apart."""
        ending = database
        if len(f"loanwright_owner_{database}".encode()) > LONGEST_NAME:
            ending = hashlib.sha256(database.encode()).hexdigest()[:16]
        return cls(f"loanwright_owner_{ending}", f"loanwright_app_{ending}", database)


EMBEDDED = Roles(owner="loanwright_owner", application="loanwright_app", database="loanwright")


def make_roles(database: Database, roles: Roles, secrets: Secrets, *, may_create_databases: bool) -> None:
    """Make both roles, or give existing ones the present passwords."""
    owners_right = "LOGIN CREATEDB" if may_create_databases else "LOGIN"
    database.execute(
        [
            *make_role(roles.owner, secrets.owner_password, owners_right),
            *make_role(roles.application, secrets.application_password, "LOGIN"),
        ]
    )
    names = f"{literal(roles.owner)}, {literal(roles.application)}"
    fenceless = database.query(
        f"SELECT rolname FROM pg_roles WHERE rolname IN ({names}) AND (rolsuper OR rolbypassrls)"  # noqa: S608
    )
    if fenceless:
        name = fenceless[0][0]
        raise CannotStart(
            f"Role {name} passes by row-level security, which keeps the lenders apart. "
            f"Type, as a superuser: ALTER ROLE {name} NOSUPERUSER NOBYPASSRLS"
        )


def make_role(name: str, password: str, rights: str) -> list[str]:
    # NOSUPERUSER, NOBYPASSRLS and NOCREATEDB are what a new role has; saying so takes a role that has more.
    return [
        f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {literal(name)}) "
        f"THEN CREATE ROLE {identifier(name)}; END IF; END $$",
        f"ALTER ROLE {identifier(name)} {rights} PASSWORD {literal(password)}",
    ]


def make_database(database: Database, name: str, *, owner: str | None = None) -> None:
    """Make the database unless it is there."""
    if not database.query(f"SELECT 1 FROM pg_database WHERE datname = {literal(name)}"):  # noqa: S608
        ownership = f" OWNER {identifier(owner)}" if owner else ""
        database.execute([f"CREATE DATABASE {identifier(name)}{ownership}"])


def let_owner_build(database: Database, roles: Roles) -> None:
    """On somebody's server: the owner may make schemas, tables and trusted extensions in the one database."""
    owner, application = identifier(roles.owner), identifier(roles.application)
    database.execute(
        [
            f"GRANT CONNECT, CREATE, TEMPORARY ON DATABASE {identifier(roles.database)} TO {owner}",
            f"GRANT CONNECT ON DATABASE {identifier(roles.database)} TO {application}",
            f"GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
            f"GRANT USAGE ON SCHEMA public TO {application}",
        ]
    )


def require_right_to_make_roles(database: Database, *, may_create_databases: bool) -> None:
    """Raise CannotStart with what to type unless this URL's role can make both roles."""
    row = database.query(
        "SELECT current_user, current_database(), rolsuper, rolcreaterole, rolcreatedb, "
        "pg_has_role(d.datdba, 'USAGE') FROM pg_roles, pg_database d "
        "WHERE rolname = current_user AND d.datname = current_database()"
    )[0]
    role, name, superuser, creates_roles, creates_databases, owns = row
    enough = superuser or (creates_roles and owns and (creates_databases or not may_create_databases))
    if not enough:
        rights = "CREATEROLE CREATEDB" if may_create_databases else "CREATEROLE"
        raise CannotStart(
            f"Role {role} of DATABASE_URL cannot make the two roles that Loanwright needs. Set DATABASE_OWNER_URL too, "
            f'or type, as a superuser: psql -c "ALTER ROLE {role} {rights}" -c "ALTER DATABASE {name} OWNER TO {role}"'
        )


def with_role(url: str, role: str, password: str) -> str:
    """The same database, reached as another role."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(role, safe='')}:{quote(password, safe='')}@{place}"))


def database_of(url: str) -> str:
    return unquote(urlsplit(url).path.lstrip("/"))


def with_database(url: str, name: str) -> str:
    """The same server and role, another database."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(name, safe='')}"))
