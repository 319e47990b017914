"""The people of the demo can be told apart and can sign in."""

from accounts.roles import Role
from invigil.demo.people import CLASSES, STAFF, STUDENTS, email_of, phone_of

EVERYBODY = [*STAFF, *(student for students in STUDENTS.values() for student in students)]


def test_no_two_people_share_a_login_a_name_or_a_phone() -> None:
    assert len({person.login for person in EVERYBODY}) == len(EVERYBODY)
    assert len({person.name for person in EVERYBODY}) == len(EVERYBODY)
    phones = [phone for person in EVERYBODY if (phone := phone_of(person))]
    assert len(set(phones)) == len(phones)


def test_numbers_are_of_the_range_for_films_and_some_students_have_none() -> None:
    students = [student for of_class in STUDENTS.values() for student in of_class]
    phones = [phone_of(student) for student in students]
    assert 0 < phones.count("") < len(students) / 5
    assert all(len(phone) == 13 and phone.startswith("+442079460") for phone in phones if phone)
    assert {phone_of(person) for person in STAFF} == {""}


def test_names_in_persian_letters_read_persian() -> None:
    locales = {student.name: student.locale for student in STUDENTS["10a"]}
    assert locales["سارا محمدی"] == "fa"
    assert locales["Ana Moreno"] == ""


def test_every_role_of_the_demo_is_played() -> None:
    held = {role for person in EVERYBODY for role in person.roles}
    assert held >= {Role.ADMIN, Role.AUTHOR, Role.GRADER, Role.INVIGILATOR, Role.STUDENT}
    assert set(STUDENTS) == set(CLASSES)
    assert email_of(STAFF[0]) == "admin@demo.example"
