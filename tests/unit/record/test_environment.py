"""Values of environment variables and arguments: what the shipped suite did not write is gone, in every notation."""

from __future__ import annotations

import pytest

from kserve_conformance.record import Redaction
from kserve_conformance.record.environment import redact_command, redact_table

ANY = Redaction()

#: Every way in which a record has the value ``LEAK`` of a variable or an argument whose name says nothing.
NOTATIONS = (
    "- name: SALT\n  value: LEAK\n",
    "- name: SALT\n  value: two LEAK words, LEAK\n",
    "- name: SALT # why\n  value: LEAK\n",
    "- name: SALT\n  value: |\n    LEAK\n    LEAK\n- name: OTHER\n  image: x\n",
    "- name: SALT\n  value: first\n    LEAK\n",
    "- name: SALT\n  value: 'it''s LEAK'\n",
    '- name: SALT\n  value: "a \\"LEAK\\" b"\n',
    "+ - name: SALT\n+   value: LEAK\n",
    "- value: LEAK LEAK\n  name: SALT\n",
    "env: [{name: SALT, value: LEAK and LEAK}]",
    "env: [{name: SALT, value: 'it''s LEAK'}]",
    "env: [{value: LEAK, name: SALT}]",
    '{"name": "SALT", "value": "LEAK}, LEAK"}',
    r'"{\"name\":\"SALT\",\"value\":\"LEAK\"}"',
    "{Name:SALT Value:LEAK LEAK ValueFrom:nil}",
    'its container has env "SALT" with value "LEAK"',
    "should have MY_SALT is 'LEAK' in its environment",
    "export MY_SALT=LEAK",
    "MY_SALT='LEAK LEAK'",
    "curl -u bob:LEAK https://example.com",
    "run -p LEAK",
    "mysql -u root -pLEAK db",
    '["-p", "LEAK"]',
    "args:\n- -p\n- LEAK\n- -u\n- bob:LEAK\n",
    "--redis-auth=LEAK --signing-key LEAK",
    "mongodb+srv://u:LEAK@LEAK@h/db",
    "amqp://u:LEAK/LEAK@q.example.com:5672/v",
    "https://hooks.slack.com/services/T0/B0/LEAK",
    "https://discord.com/api/webhooks/1/LEAK",
    "https://acme.webhook.office.com/webhookb2/LEAK",
    "AIzaLEAKabcdefghijklmnopqrstuvwxyz12345",
    "sk_live_LEAKabcdefghij",
    "-----BEGIN OPENSSH PRIVATE KEY-----\nLEAK\n-----END OPENSSH PRIVATE KEY-----",
)


class TestEveryNotation:
    @pytest.mark.parametrize("text", NOTATIONS)
    def test_no_value_is_left(self, text: str) -> None:
        """The value is gone, and redacting again changes nothing."""
        redacted = ANY.text(text)

        assert "LEAK" not in redacted
        assert ANY.text(redacted) == redacted

    @pytest.mark.parametrize("text", [text for text in NOTATIONS[:15] if "SALT" in text])
    def test_an_allowed_name_keeps_its_value(self, text: str) -> None:
        """With its name allowed, the same text stays."""
        assert Redaction(allowed=frozenset({"SALT"})).text(text) == text


class TestOrigin:
    @pytest.mark.parametrize(
        "text",
        [
            "env: [{name: PYTHONPATH, value: /own}]",
            "- name: PROTOCOL\n  value: grpc-v2\n",
            "{name: MODEL_NAME, value: fraud}",
            "{name: ANY, value: 'true'}",
            "{name: PORT, value: '8080'}",
            "{name: POD, value: $(POD_NAME)}",
            "{name: X, valueFrom: {secretKeyRef: {name: a, key: b}}}",
        ],
    )
    def test_what_the_shipped_suite_wrote_stays(self, text: str) -> None:
        """Pairs of the shipped suite, variables that KServe sets, switches and small numbers explain failures."""
        assert ANY.text(text) == text

    def test_a_name_of_the_suite_with_another_value(self) -> None:
        """The name alone is not the origin."""
        assert "LEAK" not in ANY.text("env: [{name: PYTHONPATH, value: /LEAK}]")


class TestProcessTarget:
    def test_values_of_flags_are_gone(self) -> None:
        """Of a command, the program, paths, releases and numbers stay; every other value of a flag is gone."""
        text = "process:python3 ./server.py --mode LEAK --key=LEAK -x 'LEAK LEAK' --release v0.15.2 --port 8080"

        assert redact_command(text) == (
            "process:python3 ./server.py --mode [redacted] --key=[redacted] -x [redacted] --release v0.15.2 --port 8080"
        )
        assert "--mode LEAK" in redact_command(text, {"mode"})

    def test_another_target_is_not_a_command(self) -> None:
        """Other kinds of targets have no command."""
        assert redact_command("cluster:my-context --x y") == "cluster:my-context --x y"


class TestTable:
    def test_the_column_of_values(self) -> None:
        """A table of names and values of a step is a list of pairs."""
        table = (("name", "value"), ("SALT", "LEAK"), ("WORKERS", "2"))

        assert redact_table(table) == (("name", "value"), ("SALT", "[redacted]"), ("WORKERS", "2"))
