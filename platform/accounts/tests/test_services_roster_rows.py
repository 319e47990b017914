"""What an import of a class list leaves in the audit trail."""

from typing import Any

from accounts.models import Membership, User
from accounts.roles import Role
from accounts.services import roster
from accounts.tests.conftest import Cast, School
from kernel import audit
from kernel.models import AuditEntry


def import_list(school: School, cast: Cast, text: str) -> None:
    draft = roster.upload_roster(
        institution_id=school.id,
        actor_id=cast.admin,
        file_name="la1.csv",
        raw=text.encode(),
        region="GB",
    )
    digest = roster.preview_roster(draft_id=draft, institution_id=school.id).digest
    roster.import_roster(
        draft_id=draft, institution_id=school.id, actor_id=cast.admin, digest=digest
    )


def lines_since(last: int, school: School) -> list[tuple[str, str, dict[str, Any]]]:
    entries = AuditEntry.objects.filter(pk__gt=last, actor_id__isnull=False).order_by("pk")
    assert {entry.chain for entry in entries} <= {f"institution:{school.id}"}
    assert audit.first_broken(f"institution:{school.id}") is None
    return [(entry.action, entry.subject, entry.data) for entry in entries]


def last_line() -> int:
    return AuditEntry.objects.order_by("pk").values_list("pk", flat=True).last() or 0


def test_the_audit_names_everybody_a_list_makes_staff(school: School, cast: Cast) -> None:
    before = last_line()
    import_list(
        school,
        cast,
        "name,id,email,role,class\n"
        "Cleo Day,C-1,,admin,\n"
        "Ben,B-100,,grader,LA1\n"
        "Dan Eck,D-1,,student,LA1\n"
        "Mona,M-100,,admin,\n",
    )
    cleo = User.objects.get(registration_number="C-1").pk
    *named, (summary, _subject, counts) = lines_since(before, school)
    sha256 = counts["sha256"]
    assert named == [
        ("role.granted", f"user:{cleo}", {"role": "admin", "class": None, "sha256": sha256}),
        (
            "role.granted",
            f"user:{cast.ben}",
            {"role": "grader", "class": school.class_id, "sha256": sha256},
        ),
    ]
    assert summary == "roster.imported"
    assert Membership.objects.filter(user_id=cleo, role=Role.ADMIN).exists()


def test_the_audit_names_everybody_whose_way_to_sign_in_a_list_changes(
    school: School, cast: Cast
) -> None:
    before = last_line()
    import_list(
        school,
        cast,
        "name,id,email,class\n"
        "Ana,A-100,ana@elsewhere.example,LA1\n"
        "Ana,A-100,ana@elsewhere.example,PH2\n"
        "Benjamin,B-100,,LA1\n",
    )
    assert User.objects.get(pk=cast.ana).email == "ana@elsewhere.example"
    assert User.objects.get(pk=cast.ben).full_name == "Benjamin"
    (action, subject, facts), (summary, _subject, counts) = lines_since(before, school)
    assert (action, subject) == ("person.changed", f"user:{cast.ana}")
    assert facts == {"fields": ["email"], "sha256": counts["sha256"]}
    assert summary == "roster.imported"
