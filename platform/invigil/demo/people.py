"""Who is in the demo school (pure)."""

from dataclasses import dataclass
from typing import Final

from accounts.roles import Role

INSTITUTION_CODE: Final = "demo"
INSTITUTION_NAME: Final = "Riverside School (demo)"
PASSWORD: Final = "invigil-demo"  # noqa: S105 printed at every start: the demo has no secrets


@dataclass(frozen=True, slots=True)
class Person:
    """One account of the demo.

    Attributes:
        login: Registration number of students, the part of the e-mail before @ for staff.
    """

    login: str
    name: str
    roles: tuple[Role, ...]
    locale: str = ""


STAFF: Final = (
    Person("admin", "Mona Berg", (Role.ADMIN,)),
    Person("author", "Paul Stern", (Role.AUTHOR, Role.GRADER)),
    Person("chief", "Omid Karimi", (Role.CHIEF_INVIGILATOR, Role.INVIGILATOR)),
    Person("invigilator1", "Nika Horvat", (Role.INVIGILATOR,)),
    Person("invigilator2", "Jonas Lind", (Role.INVIGILATOR,)),
)

CLASSES: Final = {"10a": "Class 10 A", "10b": "Class 10 B"}

_FIRST_CLASS = (
    "Ana Moreno",
    "Benedikt Roth",
    "سارا محمدی",
    "Chiara Conti",
    "Deniz Aksoy",
    "Emeka Obi",
    "Farah Haddad",
    "Grace Lin",
    "Hamid Rezaei",
    "Ines Duarte",
    "Jakub Nowak",
    "Keiko Mori",
    "Lars Holm",
    "مینا کریمی",
    "Noor Ali",
    "Olena Bondar",
)
_SECOND_CLASS = (
    "Pedro Alves",
    "Quinn Murphy",
    "رضا احمدی",
    "Sofia Rossi",
    "Tomas Novak",
    "Uma Patel",
    "Viktor Larsen",
    "Wanda Zielinska",
    "Xin Zhao",
    "Yara Khalil",
    "Zoe Martin",
    "Amir Tavakoli",
    "Bianca Weber",
    "Carlos Vega",
)


def _students(names: tuple[str, ...], first: int) -> tuple[Person, ...]:
    return tuple(
        Person(
            login=str(first + index),
            name=name,
            roles=(Role.STUDENT,),
            locale="" if name.isascii() else "fa",
        )
        for index, name in enumerate(names)
    )


STUDENTS: Final = {"10a": _students(_FIRST_CLASS, 1001), "10b": _students(_SECOND_CLASS, 2001)}


def email_of(person: Person) -> str:
    """Return the address of a member of staff; students sign in by number."""
    return f"{person.login}@demo.example"


def phone_of(person: Person) -> str:
    """Return a number of the range that is reserved for films; one student in ten has none."""
    if not person.login.isdecimal() or person.login.endswith("7"):
        return ""
    return f"+442079460{person.login[0]}{person.login[-2:]}"
