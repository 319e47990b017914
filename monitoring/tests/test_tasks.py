from monitoring import heartbeat
from monitoring.tasks import beat_worker


def test_a_worker_leaves_a_fresh_heartbeat() -> None:
    heartbeat.client().delete("heartbeat:worker")
    beat_worker()
    age = heartbeat.age_s("worker")
    assert age is not None
    assert age < 5
