"""Redaction: what is a secret or a person's own is gone, and what explains a failure stays."""

from __future__ import annotations

import socket
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kserve_conformance.record import Redaction
from kserve_conformance.record.environment import PAIRS, may_match
from kserve_conformance.record.redaction import PATTERNS, SENSITIVE, STEM

PLAIN = Redaction()
# The pairs of the shipped suite are read once, which is not part of what the tests measure.
PLAIN.text("- name: A\n  value: b\n")
JWT = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJzeXN0ZW0ifQ.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


class TestSecrets:
    @pytest.mark.parametrize(
        ("text", "redacted"),
        [
            ("Authorization: Bearer abc.DEF-123456", "Authorization: Bearer [redacted]"),
            ("authorization: bearer lowercase", "authorization: bearer [redacted]"),
            ("authorization: Basic dXNlcjpwYXNz", "authorization: Basic [redacted]"),
            (f"got {JWT} back", "got [redacted] back"),
            ("token: s3cr3t-value", "token: [redacted]"),
            ('"token": "s3cr3t value"', '"token": [redacted]'),
            ("HF_TOKEN=hf_abcdefghijklmnopqrstuv", "HF_TOKEN=[redacted]"),
            ("use hf_abcdefghijklmnopqrstuv now", "use [redacted] now"),
            ("AWS_SECRET_ACCESS_KEY=abc/def+ghi", "AWS_SECRET_ACCESS_KEY=[redacted]"),
            ("key AKIAIOSFODNN7EXAMPLE used", "key [redacted] used"),
            ("--token abcdef --verbose", "--token [redacted] --verbose"),
            ("--api-key=abcdef", "--api-key=[redacted]"),
            ("password: 'p a s s'", "password: [redacted]"),
            ("    client-key-data: LS0tLS1CRUdJTg==", "    client-key-data: [redacted]"),
            ("    client-certificate-data: LS0tLS1CRUdJTg==", "    client-certificate-data: [redacted]"),
            ("https://user:pass@example.com/x", "https://[redacted]@example.com/x"),
            ("s3://key:secret@bucket/x", "s3://[redacted]@bucket/x"),
            ("https://example.com/x?sig=a%2Bb&n=1", "https://example.com/x?sig=[redacted]&n=1"),
            ("https://example.com/x?X-Amz-Signature=abc123", "https://example.com/x?X-Amz-Signature=[redacted]"),
            ("- name: DB_PASSWORD\n  value: hunter2\n", "- name: DB_PASSWORD\n  value: [redacted]\n"),
            ('{"name":"HF_TOKEN","value":"abc"}', '{"name":"HF_TOKEN","value":[redacted]}'),
            ("-----BEGIN RSA PRIVATE KEY-----\nMIIB\n-----END RSA PRIVATE KEY-----\nrest", "[redacted]\nrest"),
            ("-----BEGIN PRIVATE KEY-----\nMIIB cut", "[redacted]"),
            ("caBundle: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUM=\nurl: a", "caBundle: [redacted]\nurl: a"),
            ("token: |\n  first\n  second\nkept: a\n", "token: [redacted]\nkept: a\n"),
            (
                "- name: HF_TOKEN\n  value: |-\n    first\n\n    second\n- name: A\n  image: kept\n",
                "- name: HF_TOKEN\n  value: [redacted]\n- name: A\n  image: kept\n",
            ),
            ("- value: abc\n  name: DB_PASS\n- value: kept\n", "- value: [redacted]\n  name: DB_PASS\n- value: kept\n"),
            ('{"value":"abc","name":"API_KEY"}', '{"value":[redacted],"name":"API_KEY"}'),
            ('password: "abc\\\ndef" rest', "password: [redacted] rest"),
            ("args:\n- --hf-token\n- abc\n- --kept\n", "args:\n- --hf-token\n- [redacted]\n- --kept\n"),
            ('"args":["--hf-token","abc","kept"]', '"args":["--hf-token","[redacted]","kept"]'),
            ("Args:[--hf-token abc --kept]", "Args:[--hf-token [redacted] --kept]"),
            ("{Name:HF_TOKEN Value:abc ValueFrom:nil}", "{Name:HF_TOKEN Value:[redacted] ValueFrom:nil}"),
            ("- name: AWS_CREDENTIALS\n  value: abc\n", "- name: AWS_CREDENTIALS\n  value: [redacted]\n"),
        ],
    )
    def test_each_kind_is_gone(self, text: str, redacted: str) -> None:
        """Tokens, passwords, keys, and what signs an address, in headers, flags, YAML, JSON and environments."""
        assert redacted == PLAIN.text(text)

    def test_data_of_a_secret(self) -> None:
        """A Secret keeps its names and loses its values; its neighbours in a dump keep theirs."""
        text = (
            "apiVersion: v1\nkind: Secret\nmetadata:\n  name: storage\n"
            "data:\n  awsKey: QUJD\n  note: REVG\ntype: Opaque\n"
            "---\nkind: ConfigMap\ndata:\n  greeting: hello\n"
        )
        redacted = PLAIN.text(text)

        assert "QUJD" not in redacted
        assert "REVG" not in redacted
        assert "  note: [redacted]\ntype: Opaque\n" in redacted
        assert "greeting: hello" in redacted

    def test_data_of_a_secret_in_json(self) -> None:
        """The same for JSON, also inside an annotation."""
        assert "QUJD" not in PLAIN.text('{"kind":"Secret","data":{"awsKey":"QUJD"}}')
        assert "QUJD" not in PLAIN.text(r'last-applied: "{\"kind\":\"Secret\",\"stringData\":{\"a\":\"QUJD\"}}"')

    def test_members_of_a_value_by_their_names(self) -> None:
        """In a JSON value the name of a member decides; every other value is redacted as text."""
        value = {"token": "abc", "topics": ["explicit", "Bearer abcdef123456"], "workers": 2}

        assert PLAIN.value(value) == {"token": "[redacted]", "topics": ["explicit", "Bearer [redacted]"], "workers": 2}


class TestKept:
    @pytest.mark.parametrize(
        "text",
        [
            'ServingRuntime "sklearn-tuned" of namespace "team-a"',
            'no runtime found to support predictor with model type: {"name":"sklearn","version":"1"}',
            "tokenizer: bert\nmax_tokens: 512\n--max-tokens=5",
            "secretName: storage-config\nserviceAccountName: sa\nsecretKeyRef:\n  name: a\n  key: b\n",
            "image: kserve/sklearnserver:v0.15.2@sha256:9b1de0c4a6f2",
            "storageUri: s3://models/fraud",
            "http://fraud.team-a.svc.cluster.local/v1/models and http://127.0.0.1:8080",
            "https://github.com/kserve/kserve/issues/1",
            "kserve-webhook-server-service.kserve.svc:443",
            "args: ['--model_name={{.Name}}', '--http_port=8080']",
            "resourceVersion: '123', generation 1.2.3",
            "mountPath: /mnt/models and /etc/tls and features/explicit/x.feature:12",
            "the token of a service account is mounted",
            "- name: LOG_LEVEL\n  value: debug\n- name: A\n  value: '8080'\n- name: B\n  value: $(POD_NAME)\n",
            "env: [{name: PROTOCOL, value: grpc-v2}, {name: MODEL_NAME, value: fraud}]",
            "args:\n- --tokenizer\n- bert\n- --max_tokens\n- 5\n",
            "pass: 3\nbypass: true\ncompass: north\n",
            "basic authentication",
        ],
    )
    def test_what_explains_a_failure_stays(self, text: str) -> None:
        """Redaction that blots out the reason would make a report useless."""
        assert text == PLAIN.text(text)


class TestPlaces:
    def test_folders_by_what_stands_for_them(self) -> None:
        """The longest known folder is replaced, and only as a whole."""
        redaction = Redaction(folders={"/srv/ci": "~", "/srv/ci/checkout": "."})

        assert (
            redaction.text("/srv/ci/checkout/x and /srv/ci/y and /srv/city/z and /srv")
            == "./x and ~/y and /srv/city/z and /srv"
        )

    @pytest.mark.parametrize("text", ["/home/ada/models", "/Users/ada/models", r"C:\Users\ada\models"])
    def test_homes_of_any_system(self, text: str) -> None:
        """No one's name gets into a record by the path of their home."""
        assert "ada" not in PLAIN.text(f"cannot read {text}: no such file")
        assert PLAIN.text(text).startswith("~")

    def test_hosts_and_addresses(self) -> None:
        """Machines are not named; loopback and unspecified addresses reveal nothing and stay."""
        redaction = Redaction(hosts=frozenset({"build-7"}))

        assert redaction.text("on build-7: x") == "on [host]: x"
        assert redaction.text("on build-70: x") == "on build-70: x"
        assert redaction.text("https://a1b2.gr7.eu-west-1.eks.amazonaws.com:6443/api") == "https://[host]:6443/api"
        assert redaction.text("dial tcp 10.96.0.1:443") == "dial tcp [address]:443"
        assert redaction.text("dial tcp 127.0.0.1:443") == "dial tcp 127.0.0.1:443"
        assert redaction.text("listen tcp 0.0.0.0:9443") == "listen tcp 0.0.0.0:9443"
        assert redaction.text("http://0.0.0.0:9443/x") == "http://0.0.0.0:9443/x"
        assert redaction.text("nodeName: pool-1-abcd") == "nodeName: [host]"

    def test_this_machine(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """The host and the user of a run are redacted without configuration."""
        monkeypatch.setenv("HOME", "/srv/people/ada")
        monkeypatch.setattr(socket, "gethostname", lambda: "build-7")
        monkeypatch.chdir(tmp_path)
        redaction = Redaction.of_this_machine("api.cluster-9")

        assert redaction.text(f"/srv/people/ada/x {tmp_path}/y build-7 api.cluster-9") == "~/x ./y [host] [host]"


@given(
    st.lists(
        st.sampled_from(
            [
                "token: abc",
                "Bearer abcdef123",
                JWT,
                "https://u:p@h.corp/x?sig=1",
                "kind: Secret\n",
                "data:\n  a: b\n",
                "---\n",
                "10.1.2.3",
                "token: |\n  a\n",
                "- name: A_TOKEN\n  value: |-\n    a\n",
                "- value: a\n  name: A_TOKEN\n",
                "- --token\n- a\n",
                " ",
                "\n",
            ]
        )
        | st.text(max_size=8)
    ).map("".join)
)
def test_twice_is_once(text: str) -> None:
    """Redacting what is redacted changes nothing, so that a record can be written again from what was read."""
    redaction = Redaction(folders={"/srv": "~"}, hosts=frozenset({"build-7"}))

    assert redaction.text(text) == redaction.text(redaction.text(text))


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a.",
        "token",
        "bearer ",
        "://",
        "a://",
        "eyJ",
        "-----BEGIN A-----",
        "name: token\n",
        "token: |\n",
        "  token: |\n   a\n",
        "name: token\n value: |\n",
        "value: a\n",
        "--token\n- ",
        '"',
        "/home/",
        "1.",
        "a: ",
        "-a",
    ],
)
def test_long_texts_take_no_long_time(text: str) -> None:
    """A log of a hundred thousand characters is redacted within a moment, whatever it repeats."""
    started = time.process_time()
    PLAIN.text(text * (100_000 // len(text)))

    assert time.process_time() - started < 5


#: The signs of every pattern, and the pattern.
SIGNS = (*((signs, pattern) for signs, pattern, _ in PATTERNS), *PAIRS)


@pytest.mark.parametrize("number", range(len(SIGNS)))
@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_signs_of_patterns(number: int, data: st.DataObject) -> None:
    """Every text that a pattern matches has one of the signs without which the pattern is not tried."""
    signs, pattern = SIGNS[number]
    assert may_match(signs, data.draw(st.from_regex(pattern)))


@settings(max_examples=500)
@given(name=st.from_regex(SENSITIVE))
def test_stems_of_names(name: str) -> None:
    """Every name of a secret has a stem without which the patterns of names are not tried."""
    assert STEM.search(name) is not None
