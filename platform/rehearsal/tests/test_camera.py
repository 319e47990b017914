from rehearsal.camera import FRAMES_PER_S, SECONDS, Film, encoded_film


def test_the_film_is_whole_and_begins_with_a_key_frame() -> None:
    film = encoded_film()
    assert len(film) == FRAMES_PER_S * SECONDS
    assert film[0][0] & 1 == 0  # RFC 6386 section 9.1: bit 0 of a key frame is clear
    assert film[1][0] & 1 == 1


async def test_a_film_starts_again_at_its_key_frame_when_asked() -> None:
    film = Film()
    first = bytes(await film.recv())
    await film.recv()
    film.restart()
    assert bytes(await film.recv()) == first
