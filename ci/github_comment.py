"""
Comment on a pull request with a report, or update the comment of an earlier run.

A comment is found by a mark in its first line, and only if the owner of the token wrote it: anyone can write a comment
with the mark. A token that may not write, as in a pull request from a fork, is a warning.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

#: GitHub rejects a longer body. Source: GitHub REST API, "body is too long (maximum is 65536 characters)".
BODY_LIMIT = 65536

#: The user of a workflow's own token.
WORKFLOW_USER = "github-actions[bot]"

#: How many comments are read at most, a hundred per page.
PAGES = 100


class Api:
    """GitHub's REST API with a token."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._token = token

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Make a request. Raises ``HTTPError`` and ``URLError``."""
        request = Request(  # noqa: S310 - The runner sets the address.
            f"{self._url}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {self._token}",
                "Content-Type": "application/json",
                "X-GitHub-Api-Version": "2022-11-28",
            },
        )
        with urlopen(request, timeout=30) as response:  # noqa: S310 - As above.
            return json.load(response)

    def user(self) -> str:
        """The login of the token's owner; the token of a workflow may not read it."""
        try:
            return str(self.call("GET", "/user")["login"])
        except HTTPError as error:
            if error.code not in (401, 403):
                raise
            return WORKFLOW_USER


def body_of(mark: str, report: str) -> str:
    """The text of the comment: the mark, and as many lines of the report as fit."""
    end = "\n\n… The rest is in the job summary."
    body = f"{mark}\n{report}"
    if len(body) <= BODY_LIMIT:
        return body
    return body[: BODY_LIMIT - len(end)].rpartition("\n")[0] + end


def earlier_comment(api: Api, comments: str, mark: str) -> int | None:
    """The number of the comment that an earlier run wrote, or None."""
    user = api.user()
    for page in range(1, PAGES + 1):
        found = api.call("GET", f"{comments}?per_page=100&page={page}")
        for each in found:
            if (each.get("user") or {}).get("login") == user and (each.get("body") or "").startswith(mark):
                return int(each["id"])
        if len(found) < 100:
            return None
    return None


def main() -> int:
    """Write the comment; 0 unless an input is invalid."""
    event = json.loads(Path(os.environ["GITHUB_EVENT_PATH"]).read_text(encoding="utf-8"))
    number = (event.get("pull_request") or {}).get("number")
    key = f"{os.environ['INPUT_COMMAND']} {os.environ.get('INPUT_COMMENT_ID') or 'default'}"
    if not re.fullmatch(r"[\w-]+ [\w.-]+", key):
        sys.stdout.write("::error title=kserve-conformance::comment-id: expected letters, digits, '.', '_' and '-'\n")
        return 2
    if not isinstance(number, int):
        sys.stdout.write("::notice title=kserve-conformance::not a pull request: no comment\n")
        return 0
    mark = f"<!-- kserve-conformance {key} -->"
    body = {"body": body_of(mark, Path(os.environ["REPORT"]).read_text(encoding="utf-8"))}
    api = Api(os.environ.get("GITHUB_API_URL", "https://api.github.com"), os.environ["INPUT_TOKEN"])
    issues = f"/repos/{os.environ['GITHUB_REPOSITORY']}/issues"
    try:
        earlier = earlier_comment(api, f"{issues}/{number}/comments", mark)
        if earlier is None:
            api.call("POST", f"{issues}/{number}/comments", body)
        else:
            api.call("PATCH", f"{issues}/comments/{earlier}", body)
    except HTTPError as error:
        why = "the token may not write comments" if error.code in (401, 403, 404) else f"GitHub answered {error.code}"
        sys.stdout.write(f"::warning title=kserve-conformance::no comment: {why}. The report is in the job summary\n")
    except (URLError, TimeoutError, ValueError) as error:
        reason = str(error).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
        sys.stdout.write(f"::warning title=kserve-conformance::no comment: {reason}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
