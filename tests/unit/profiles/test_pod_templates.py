"""Go's html/template, as far as placeholders need it. Every expectation was produced with Go."""

from __future__ import annotations

import pytest

from kserve_conformance.profiles.pods.placeholders import BadPlaceholder, UnknownPlaceholder, filled
from kserve_conformance.profiles.pods.template_syntax import InvalidTemplate, UnknownSyntax
from kserve_conformance.profiles.pods.templates import rendered

METADATA = {
    "name": "fraud",
    "namespace": "team-a",
    "uid": "u-1",
    "generation": 3,
    "labels": {"tier": "gold", "odd": "a+b <&> \"'"},
    "annotations": {"a.b/c": "slash"},
    "finalizers": ["f", "g"],
}


class TestRendering:
    @pytest.mark.parametrize(
        ("template", "text"),
        [
            ("plain } text {", "plain } text {"),
            ("{{.Name}}/{{ .Namespace }}", "fraud/team-a"),
            ("{{.UID}} {{.Generation}}", "u-1 3"),
            ("{{.Labels.tier}}", "gold"),
            ("[{{.Labels.absent}}]", "[]"),
            ("[{{.Labels.absent.deeper}}]", "[]"),
            ("[{{.ResourceVersion}}]", "[]"),
            ("{{index .Annotations `a.b/c`}}", "slash"),
            ("[{{index .Labels `absent`}}]", "[]"),
            ("{{.Labels.odd}}", "a&#43;b &lt;&amp;&gt; &#34;&#39;"),
            ("{{.Annotations}}", "map[a.b/c:slash]"),
            ("{{.Finalizers}}", "[f g]"),
            ("a {{- .Name -}} b", "afraudb"),
            ("a {{- /* no */ -}} b{{/* no */}}c", "abc"),
            ('{{`raw <`}} {{"text"}} {{true}} {{false}} {{-1}}', "raw &lt; text true false -1"),
            ("{{$.Name}} {{(.Name)}}", "fraud fraud"),
            ("{{.Name | printf `%s!`}}", "fraud!"),
            ("{{printf `%s-%s` .Name .Labels.absent}}", "fraud-%!s(&lt;nil&gt;)"),
            ("{{print .Name 1 2 .Labels.absent}}", "fraud1 2 &lt;nil&gt;"),
            ("{{.Name | }}", "fraud"),
            ("[{{print print}}]", "[]"),
            ("{{len .Name}} {{len .Labels}} {{len .Finalizers}}", "5 2 2"),
            ("{{if .Labels.tier}}T{{else}}F{{end}}", "T"),
            ("{{if .Labels.absent}}T{{end}}", ""),
            ("{{if .Labels.absent}}A{{else if .Name}}B{{else}}C{{end}}", "B"),
            ("{{with .Labels.tier}}[{{.}}{{$.Name}}]{{else}}none{{end}}", "[goldfraud]"),
            ("{{with .Labels.absent}}[{{.}}]{{else}}{{.Name}}{{end}}", "fraud"),
            ("{{and .Name .Labels.absent}}{{and .Name .Namespace}}", "team-a"),
            ("{{or .Labels.absent .Name}}{{or .Labels.absent ``}}", "fraud"),
            ("{{not .Name}}{{eq .Name `x` `fraud`}}{{ne .Name `x`}}", "falsetruetrue"),
            ("{{if eq .Name (print `fr` `aud`)}}same{{end}}", "same"),
        ],
    )
    def test_fills_what_placeholders_use(self, template, text):
        """
        Values are escaped as HTML, text is not.
        """
        assert rendered(template, METADATA) == text

    def test_a_service_without_labels_has_none(self):
        """
        An absent map is an empty one.
        """
        assert rendered("[{{.Labels.x}}{{.Annotations}}{{.Finalizers}}]", {"name": "m"}) == "[map[][]]"


class TestInvalid:
    @pytest.mark.parametrize(
        ("template", "error"),
        [
            ("{{.Name", "unclosed action"),
            ("{{--isvc}}", 'bad number syntax: "--is"'),
            ("{{-x}}", 'bad number syntax: "-x"'),
            ("{{-.Name}}", 'bad number syntax: "-.N"'),
            ("{{1a}}", 'bad number syntax: "1a"'),
            ("{{1e+5x}}", 'bad number syntax: "1e+5x"'),
            ("{{1-2}}", 'bad number syntax: "1-2"'),
            ("{{0b12}}", 'bad number syntax: "0b12"'),
            ("{{-}}", 'illegal number syntax: "-"'),
            ("{{print - 5}}", 'illegal number syntax: "-"'),
            ('{{.Name","', "bad character U+0022 '\"'"),
            ("{{nope .Name}}", 'function "nope" not defined'),
            ("{{.Name | nope}}", 'function "nope" not defined'),
            ("{{print nope}}", 'function "nope" not defined'),
            ("{{}}", "missing value for command"),
            ("{{| .Name}}", 'unexpected "|" in command'),
            ("{{)}}", "unexpected right paren"),
            ("{{()}}", "missing value for parenthesized pipeline"),
            ("{{if}}x{{end}}", "missing value for if"),
            ("{{if .Name}}x", "unexpected EOF"),
            ("{{if .Name}}x{{else}}y{{else}}z{{end}}", "expected end; found {{else}}"),
            ("{{end}}", "unexpected {{end}}"),
            ("{{else}}", "unexpected {{else}}"),
            ("{{$x}}", 'undefined variable "$x"'),
            ('{{index .Labels \\"tier\\"}}', 'unexpected "\\\\" in operand'),
            ("{{\\}}", 'unexpected "\\\\" in command'),
            ("{{.Name !}}", 'unexpected "!" in operand'),
            ("{{(.Name}}", "unclosed left paren"),
            ("{{.Name)}}", "unexpected right paren"),
            ("{{.Name | 1}}", "non executable command in pipeline stage 2"),
            ("{{/* x", "unclosed comment"),
            ("{{/* x */ y}}", "comment ends before closing delimiter"),
        ],
    )
    def test_syntax_errors_have_go_s_message(self, template, error):
        """
        The whole container is one line.
        """
        with pytest.raises(InvalidTemplate) as caught:
            rendered(template, METADATA)

        assert str(caught.value) == f"template: container-tmpl:1: {error}"

    def test_a_value_in_parentheses_has_fields_too(self):
        """
        A text has none.
        """
        with pytest.raises(InvalidTemplate, match="can't evaluate field x in type string"):
            rendered("{{(print .Name).x}}", METADATA)

    @pytest.mark.parametrize(
        ("template", "error"),
        [
            ("{{.Foo}}", '2: executing "container-tmpl" at <.Foo>: can\'t evaluate field Foo in type v1.ObjectMeta'),
            ("x{{.Name.y}}", '8: executing "container-tmpl" at <.Name.y>: can\'t evaluate field y in type string'),
            (
                "{{$.Generation.deeper}}",
                '3: executing "container-tmpl" at <$.Generation.deeper>: can\'t evaluate field deeper in type int64',
            ),
            (
                "{{.Finalizers.y}}",
                '13: executing "container-tmpl" at <.Finalizers.y>: can\'t evaluate field y in type []string',
            ),
        ],
    )
    def test_execution_reports_where_it_stopped(self, template, error):
        """
        At which place, and at which value.
        """
        with pytest.raises(InvalidTemplate) as caught:
            rendered(template, METADATA)

        assert str(caught.value) == f"template: container-tmpl:1:{error}"


class TestBeyondUs:
    @pytest.mark.parametrize(
        "template",
        [
            "{{range .Labels}}{{end}}",
            "{{with $x := .Name}}{{$x}}{{end}}",
            "{{$x = 1}}",
            "{{print 1.5}}",
            "{{print 'a'}}",
            "{{print nil}}",
            '{{"a\\n"}}',
            "{{.Name .Namespace}}",
            "{{.Name | .Namespace}}",
            "{{.CreationTimestamp}}",
            "{{.}}",
            "{{len .}}",
            "{{eq .Generation 3}}",
            "{{ne .Name 1}}",
            "{{index .Labels 1}}",
            "{{len 1}}",
            "{{not}}",
            "{{and}}",
            "{{or}}",
            "{{printf}}",
            "{{printf `%d` .Generation}}",
            "{{printf `%s` .Generation}}",
        ],
    )
    def test_what_go_may_accept_is_not_guessed(self, template):
        """
        It is neither rendered nor called invalid.
        """
        with pytest.raises(UnknownSyntax):
            rendered(template, METADATA)


class TestContainers:
    def test_are_json_so_quotes_inside_are_invalid(self):
        """
        Only back quotes survive the marshalling.
        """
        container = {"name": "c", "resources": {}, "args": ['{{index .Labels "tier"}}']}

        with pytest.raises(BadPlaceholder, match="unexpected"):
            filled(container, METADATA)

    def test_markup_is_kept(self):
        """
        Go writes it as escapes, so that html/template sees none.
        """
        container = {"name": "c", "resources": {}, "args": ["<b>&\u2028{{.Name}}"]}

        assert filled(container, METADATA)["args"] == ["<b>&\u2028fraud"]

    def test_without_placeholders_stay_as_they_are(self):
        """
        Nothing is read or written.
        """
        container = {"name": "c", "resources": {}}

        assert filled(container, METADATA) is container

    def test_a_filled_key_is_added_to_the_old_one(self):
        """
        Go reads the document over the container, and maps keep the keys that they have.
        """
        container = {"name": "c", "resources": {"limits": {"{{.Name}}": "1"}}}

        assert filled(container, METADATA)["resources"] == {"limits": {"{{.Name}}": "1", "fraud": "1"}}

    def test_unknown_syntax_names_the_container(self):
        """
        And says what to do.
        """
        with pytest.raises(UnknownPlaceholder, match="container c: a placeholder uses 'range'") as caught:
            filled({"name": "c", "args": ["{{range .Labels}}{{end}}"]}, METADATA)

        assert "a target that runs KServe" in str(caught.value.hint)
