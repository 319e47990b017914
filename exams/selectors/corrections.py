"""What was corrected in the questions of a sitting since its exam was approved."""

from exams.domain import corrections
from exams.domain.corrections import Overlay
from exams.models import KeyCorrection


def corrections_of(sitting_id: int) -> Overlay:
    """Return the newest overlay, by question id; empty if nothing was corrected. One query."""
    versions = KeyCorrection.objects.filter(sitting_id=sitting_id).order_by("-version")
    stored = versions.values_list("document", flat=True).first()
    return corrections.from_json(stored) if stored else {}
