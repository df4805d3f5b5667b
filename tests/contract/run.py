"""Holds a running server to its OpenAPI document: schemathesis invents requests, right and wrong ones, and every answer
must have a documented status, media type and shape, and never be a fault of the server's.

usage: run.py OWNERPROOF MODELS, the server's program and its networks. `cargo xtask test contract` runs it.
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"
PHONE = "13800001234"  # the demonstration's owner
PASSWORD = "correct horse battery"
EXAMPLES = "12"


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def ask(url: str, body: dict | None = None, token: str | None = None) -> dict:
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(body).encode() if body else None, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def tokens(api: str) -> dict[str, str]:
    """An owner and a member of staff with every role, signed in."""
    staff = ask(f"{api}/console/sessions", {"username": "admin", "password": PASSWORD})["token"]
    ask(f"{api}/owner/codes", {"phone": PHONE})
    text = ask(f"{api}/console/messages", token=staff)["items"][0]["text"]
    code = re.search(r"\d{6}", text).group()
    return {"owner": ask(f"{api}/owner/sessions", {"phone": PHONE, "code": code})["token"], "staff": staff}


def check(url: str, who: str, token: str, folder: Path) -> bool:
    print(f"-- as {who}", flush=True)
    command = [Path(sys.executable).parent / "st", "run", f"{url}/openapi.json", "--url", f"{url}/api/v1"]
    command += ["--header", f"Authorization: Bearer {token}", "--checks", CHECKS, "--seed", "20221122"]
    # Whoever signs out sees nothing but 401 from then on; an event stream has no end.
    command += ["--exclude-operation-id-regex", "sign_out|session_end|console_events", "--max-examples", EXAMPLES, "--workers", "2"]
    command += ["--phases", "examples,coverage,fuzzing", "--suppress-health-check", "all", "--warnings", "off"]
    command += ["--continue-on-failure", "--no-color", "--request-timeout", "20"]
    return subprocess.run(command, cwd=folder).returncode == 0


def main() -> int:
    program, models = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    with tempfile.TemporaryDirectory(prefix="ownerproof-contract-") as name:
        folder = Path(name)
        keys = subprocess.run([program, "keys", "generate"], check=True, capture_output=True, text=True).stdout
        (folder / "ownerproof.toml").write_text(keys)
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "OWNERPROOF_DATABASE__URL": f"sqlite://{folder}/db.sqlite?mode=rwc",
            "OWNERPROOF_HTTP__LISTEN": f"127.0.0.1:{port}",
            "OWNERPROOF_HTTP__PUBLIC_URL": url,
            "OWNERPROOF_SIGN_IN__PER_ADDRESS_PER_MINUTE": "1000000",
            "OWNERPROOF_SIGN_IN__STAFF_SECOND_FACTOR": "when_enrolled",
            "OWNERPROOF_STAFF_SEED__PASSWORD": PASSWORD,
            "OWNERPROOF_STAFF_SEED__ROLES": '["handler", "reviewer", "supervisor", "auditor", "administrator"]',
            "OWNERPROOF_NOTIFY__SHOW_CODES": "true",  # the owner's code is read in the message centre
            "OWNERPROOF_FILES__MODELS": str(models),
            "RUST_LOG": "error,ownerproof=info",
        }
        start = {"cwd": folder, "env": environment}
        subprocess.run([program, "seed-demo"], check=True, **start)
        log = folder / "log"
        server = subprocess.Popen([program, "serve"], stderr=log.open("w"), **start)
        try:
            # Until its networks are loaded the server says 503, as it should.
            for _ in range(600):
                if "engine ready" in log.read_text() or server.poll() is not None:
                    break
                time.sleep(0.1)
            results = [check(url, who, token, folder) for who, token in tokens(f"{url}/api/v1").items()]
        finally:
            server.terminate()
            server.wait(timeout=30)
            print("".join(line for line in log.open() if '"ERROR"' in line))
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
