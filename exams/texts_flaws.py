"""Words for what an author has to mend: pictures, and the ways through an exam."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from exams.domain.images import ImageFlaw
from exams.domain.paths import Flaw

if TYPE_CHECKING:  # lazy texts have a type in the stubs only
    from django_stubs_ext import StrOrPromise as Text

# What is wrong with a picture; the names of the questions follow.
IMAGE_FLAWS: "Mapping[ImageFlaw, Text]" = {
    ImageFlaw.WITHOUT_WORDS: _("No words for who cannot see it"),
    ImageFlaw.UNKNOWN: _("Not there any more"),
    ImageFlaw.NOT_A_PICTURE: _("No PNG, JPEG, WebP or GIF"),
    ImageFlaw.WAITING: _("Waits for its check for viruses; try again in a minute"),
    ImageFlaw.UNSCANNED: _(
        "No virus scanner runs here, so nobody can be shown it: take the picture out, or ask your"
        " administrator for a scanner"
    ),
    ImageFlaw.REFUSED: _("Refused by the scanner; take another one"),
}

# What is wrong with a way through an exam; the name of the section, and of the question, follows.
WAY_FLAWS: "Mapping[Flaw, Text]" = {
    Flaw.UNREACHABLE: _("No answer leads to this section"),
    Flaw.LEADS_BACK: _("Leads back or to itself, where nobody can go"),
    Flaw.LEADS_TO_NOTHING: _("Leads to a section without questions"),
    Flaw.NEVER_ASKED: _("Nobody is asked this, because the section always ends before"),
}
