"""The routers of the exam engine, put together for platform/invigil/api.py."""

from ninja import Router

from exams.api import answers, exam_xml, exams, pools, questions, sessions

router = Router()
router.add_router("/exams", exams.router)
router.add_router("/exams", exam_xml.router)
router.add_router("", pools.router)
router.add_router("", questions.router)
router.add_router("", answers.router)
router.add_router("/exam-sessions", sessions.router)
