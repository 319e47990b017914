from exams.exchange import gift_drafts


def test_a_draft_is_kept_for_its_sender_until_it_is_forgotten() -> None:
    draft = gift_drafts.keep(b"abc", user_id=1)
    assert gift_drafts.find(draft, user_id=1) == b"abc"
    assert gift_drafts.find(draft, user_id=2) is None
    assert gift_drafts.find("x" * 500, user_id=1) is None
    gift_drafts.forget(draft, user_id=2)
    assert gift_drafts.find(draft, user_id=1) == b"abc"
    gift_drafts.forget(draft, user_id=1)
    assert gift_drafts.find(draft, user_id=1) is None
