"""The page on which one question is written, wherever it belongs."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from exams import texts
from exams.domain.answer import QuestionKind
from exams.domain.draft import QuestionDraft
from exams.errors import JumpInvalid, NameTaken
from exams.forms_choice import Later
from exams.forms_editor import QuestionEditor
from exams.views.question_trial import trial_of


@dataclass(frozen=True, slots=True)
class EditorPage:
    """One request for the page.

    Attributes:
        context: What the page says of the place.
        stored: The question that is changed; None for a new one.
        later: Sections to which a choice may lead; None where nothing leads anywhere.
        store: Writes what the author made.
        back: Address of the page to which a saved question leads.
    """

    request: HttpRequest
    context: dict[str, object]
    kind: QuestionKind
    store: Callable[[QuestionDraft], object]
    back: str
    stored: QuestionDraft | None = None
    later: Later = None

    def answer(self, said: str) -> HttpResponse:
        """Show the form, try the question out, move its rows, or store it and say `said`."""
        posted = self.request.POST
        if self.request.method != "POST":
            return self._shown(self._editor())
        if "trial" in posted:
            return trial_of(self.request, self._editor())
        if "row" in posted:
            act = posted["row"]
            return self._shown(QuestionEditor.after_act(self.kind, posted, act, later=self.later))
        editor = self._editor()
        if not (editor.is_valid() and editor.draft and self._is_stored(editor, editor.draft)):
            return self._shown(editor)
        messages.success(self.request, said)
        if "another" in posted:
            return redirect(self.request.get_full_path())
        return redirect(self.back)

    def _editor(self) -> QuestionEditor:
        data = self.request.POST if self.request.method == "POST" else None
        return QuestionEditor(self.kind, data, self.stored, later=self.later)

    def _is_stored(self, editor: QuestionEditor, draft: QuestionDraft) -> bool:
        try:
            self.store(draft)
        except NameTaken as error:
            name = error.data.get("xml_id") or draft.xml_id
            editor.refuse("xml_id", _("“%(name)s” names something else here.") % {"name": name})
        except JumpInvalid:
            editor.refuse("", str(texts.JUMP_BACK))
        else:
            return True
        return False

    def _shown(self, editor: QuestionEditor) -> HttpResponse:
        context = {"editor": editor, "back": self.back, **self.context}
        return render(self.request, "exams/staff/question_form.html", context)
