"""A person at the wizard: what they type in each step, and the answers they get."""

from typing import Any

from django.test import Client

OTHER = {"secret_type": "other", "secret_string": '{"a":"b"}', "line_breaks": "lf"}
DATABASE = {
    "secret_type": "database",
    "username": "admin",
    "password": "p",
    "engine_other": "postgres",
    "host": "db.test",
}
NO_ROTATION: dict[str, Any] = {"mode": "builder", "time_unit": "hours", "hours": "23"}


class Wizard:
    """A draft of its own, in the session of `client`."""

    def __init__(self, client: Client, region: str = "us-west-2") -> None:
        self.client, self.region = client, region
        self.address = client.get("/store-a-new-secret", {"region": region})["Location"].split("choose-secret-type")[0]

    def get(self, step: str, **query: str) -> Any:
        return self.client.get(self.address + step, {"region": self.region, **query})

    def post(self, step: str, go: str = "next", **data: Any) -> Any:
        return self.client.post(f"{self.address}{step}?region={self.region}", {"go": go, **data})

    def text(self, step: str) -> str:
        return str(self.get(step).content.decode())

    def fill(self, of_type: dict[str, Any] = OTHER, rotation: dict[str, Any] = NO_ROTATION, **configure: Any) -> None:
        """The three steps, each of them right."""
        for step, data in (
            ("choose-secret-type", of_type),
            ("configure-secret", {"name": "prod/new", **configure}),
            ("configure-rotation", rotation),
        ):
            answer = self.post(step, **data)
            assert answer.status_code == 302, answer.content.decode()

    def store(self) -> Any:
        return self.post("review", "store")
