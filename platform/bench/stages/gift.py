"""A GIFT file of any length, and the way it takes through the import."""

import time
from dataclasses import dataclass
from io import StringIO
from typing import Final

from django.core.management import call_command

from accounts.models import Institution, User
from exams.domain.outline_diff import ImportMode
from exams.exchange.formats import Format
from exams.exchange.importing import look_at, run_import
from exams.selectors.imports import import_card
from exams.services.authoring import create_exam
from exams.services.imports import choose_import, keep_import
from kernel import clock

SECTION: Final = 100  # questions
# One of each kind that the format has, and one that is damaged: it must be reported.
_KINDS: Final = (
    "Which number follows {n}? {{ =the next ~%-25%the same ~the one before ~none }}",
    "Which of these belong to {n}? {{ ~%50%one ~%50%two ~%-50%three ~four#No. }}",
    "Question {n} is true. {{T#Well done.#Think again.}}",
    "How many is {n}? {{#{n}:0.5}}",
    "Write {n} as a word. {{ =word{n} =%50%Word {n} }}",
    "Match the halves of {n}. {{ =a -> 1 =b -> 2 =c -> 3 }}",
    "[html]<p>Say what <b>{n}</b> is about.</p> {{}}",
    "One, two, {{ =three =3 }} and {n}.",
    "Damaged {n} {{ =a ~b",
)


@dataclass(frozen=True, slots=True)
class Run:
    """How long one file took, and what came of it."""

    look_s: float
    write_s: float
    imported: int
    reported: int

    @property
    def seconds(self) -> float:
        """Return the whole time."""
        return self.look_s + self.write_s


def gift_file(count: int) -> bytes:
    """Return a file of so many items in sections of 100; one in 100 is damaged."""
    blocks: list[str] = []
    for number in range(count):
        if number % SECTION == 0:
            blocks.append(f"$CATEGORY: Section {number // SECTION + 1}")
        last = number % SECTION == SECTION - 1
        words = _KINDS[-1] if last else _KINDS[number % (len(_KINDS) - 1)]
        blocks.append(f"::Question {number}:: " + words.format(n=number))
    return "\n\n".join(blocks).encode()


class Stage:
    """An institution with an author; each file goes into a draft of its own."""

    def __init__(self) -> None:
        call_command("prepare", stdout=StringIO())
        mark = f"{clock.now():%Y%m%d%H%M%S}"
        self.home = Institution.objects.create(code=f"BENCH{mark}", name="Bench")
        self.author = User.objects.create(
            institution=self.home,
            email=f"bench{mark}@bench.example",
            full_name="Bench",
            registration_number=mark,
        )
        self.drafts = 0

    def measure(self, data: bytes) -> Run:
        """Import one file into an empty draft."""
        self.drafts += 1
        exam_id = create_exam(
            institution_id=self.home.pk, name=f"Draft {self.drafts}", actor_id=self.author.pk
        )
        began = time.perf_counter()
        import_id = keep_import(
            owner_id=self.author.pk,
            institution_id=self.home.pk,
            data=data,
            file_format=Format.GIFT,
            exam_id=exam_id,
        )
        look = look_at(import_card(import_id, owner_id=self.author.pk))
        looked = time.perf_counter()
        choose_import(
            import_id,
            owner_id=self.author.pk,
            mode=ImportMode.NEW,
            choice={},
            total=look.seen.imported,
            as_job=False,
        )
        run_import(import_id)
        written = time.perf_counter()
        card = import_card(import_id, owner_id=self.author.pk)
        return Run(looked - began, written - looked, card.imported, card.reported)
