from django.template import Context, Template


def test_the_page_writes_what_is_new() -> None:
    page = Template("{% load chat %}{% unread_words count %}")
    assert page.render(Context({"count": 3})) == "3 new"
    assert page.render(Context({"count": 100})) == "99+ new"
