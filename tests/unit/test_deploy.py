"""What stands in deploy/ is what its readers take: schemas, proxies, systemd, our settings."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which
from typing import Any

import kubernetes_validate
import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from portal.settings import FILE_VARIABLE, Settings

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = "1.32"
NOBODY = 1000


def manifests() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted((DEPLOY / "kubernetes").rglob("*.yaml")):
        if path.name != "kustomization.yaml":
            for one in yaml.safe_load_all(path.read_text(encoding="utf-8")):
                yield f"{one['kind']} {one['metadata']['name']}", one


MANIFESTS = dict(manifests())
PODS = {
    name: one["spec"].get("jobTemplate", one)["spec"]["template"]["spec"]
    for name, one in MANIFESTS.items()
    if one["kind"] in {"Deployment", "CronJob"}
}
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())


@pytest.mark.parametrize("name", MANIFESTS)
def test_a_manifest_is_what_the_api_takes(name: str) -> None:
    kubernetes_validate.validate(MANIFESTS[name], KUBERNETES, strict=True)


def test_the_overlay_becomes_manifests_that_the_api_takes() -> None:
    kubectl = which("kubectl")
    if kubectl is None:
        pytest.skip("kubectl is absent: the overlay is not put together")
    overlay = DEPLOY / "kubernetes" / "overlays" / "example"
    # No cluster is asked, and nobody's access to one is read.
    done = subprocess.run(
        [kubectl, "kustomize", str(overlay)],
        env={"PATH": os.environ["PATH"], "KUBECONFIG": os.devnull, "HOME": os.devnull},
        capture_output=True,
        text=True,
        check=True,
    )
    made = list(yaml.safe_load_all(done.stdout))
    assert {one["kind"] for one in made} >= {"Namespace", "ConfigMap", "Deployment"}
    for one in made:
        kubernetes_validate.validate(one, KUBERNETES, strict=True)


@pytest.mark.parametrize("name", PODS)
def test_a_pod_is_nobody_special_on_a_root_that_it_cannot_write(name: str) -> None:
    pod = PODS[name]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["readOnlyRootFilesystem"] is True
        assert context["allowPrivilegeEscalation"] is False
        assert context["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", PODS)
def test_what_is_secret_comes_in_files(name: str) -> None:
    for container in PODS[name]["containers"]:
        for variable in container["env"]:
            assert "secretKeyRef" not in variable.get("valueFrom", {})
            secret = re.search(r"SECRET|PASSWORD|DATABASE|REDIS", variable["name"])
            assert not secret or variable["name"].endswith("_FILE")


def test_every_variable_is_a_setting() -> None:
    """One that is not stops the start."""
    containers = [one for pod in PODS.values() for one in pod["containers"]]
    said = {variable["name"] for one in containers for variable in one["env"]}
    said -= {"PORTAL_PODS", "PORTAL_HTTP_PORT", "PORTAL_HTTPS_PORT", "PORTAL_PEM"}
    said |= COMPOSE["services"]["portal-1"]["environment"].keys()
    for unit in (DEPLOY / "systemd").glob("*.service"):
        said |= set(re.findall(r"^Environment=(\w+)=", unit.read_text(), re.MULTILINE))
    ours = {name for name in said if name.startswith("PORTAL_")} - {FILE_VARIABLE}
    assert ours
    named = {name.removeprefix("PORTAL_").removesuffix("_FILE").lower() for name in ours}
    assert named <= Settings.model_fields.keys()


def test_who_serves_is_probed_and_spread() -> None:
    for name in ("Deployment portal", "Deployment portal-proxy"):
        pod = PODS[name]
        assert pod["topologySpreadConstraints"]
        for container in pod["containers"]:
            assert {"readinessProbe", "livenessProbe"} <= container.keys()


def test_every_selector_finds_pods() -> None:
    """Of services, budgets and policies: a word that is spelt wrong guards nobody."""
    labels = [
        {"app.kubernetes.io/part-of": "portalen", **template["metadata"]["labels"]}
        for one in MANIFESTS.values()
        if one["kind"] in {"Deployment", "CronJob"}
        for template in [one["spec"].get("jobTemplate", one)["spec"]["template"]]
    ]
    for name, one in MANIFESTS.items():
        selector = (
            one["spec"].get("podSelector", one["spec"].get("selector")) if "spec" in one else None
        )
        if not selector or "matchExpressions" in selector:
            continue
        wanted = selector.get("matchLabels", selector)
        assert any(wanted.items() <= each.items() for each in labels), name


def test_compose_publishes_only_the_proxy_and_only_on_loopback() -> None:
    published = {name: one["ports"] for name, one in COMPOSE["services"].items() if "ports" in one}
    assert set(published) == {"proxy"}
    assert all(port.startswith("127.0.0.1:") for port in published["proxy"])


def test_compose_hardens_every_service() -> None:
    for one in COMPOSE["services"].values():
        assert one["read_only"] is True
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]


def test_compose_mounts_what_is_there() -> None:
    """Docker makes a folder of a file that is absent, and the service fails for another reason."""
    mounted = {
        volume.split(":")[0]
        for one in COMPOSE["services"].values()
        for volume in one.get("volumes", ())
        if volume.startswith(".")
    }
    theirs = {path for path in mounted if path.startswith("./secrets")}
    assert theirs
    for path in mounted - theirs:
        assert (DEPLOY / "compose" / path).is_file(), path


def test_the_container_copies_what_is_there_and_runs_as_nobody_special() -> None:
    text = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
    assert copied
    for line in copied:
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    users = re.findall(r"^USER (\d+):\d+$", text, re.MULTILINE)
    assert users
    assert int(users[-1]) > NOBODY
    assert "HEALTHCHECK" in text


@pytest.mark.parametrize("path", ["compose/portal.toml", "kubernetes/overlays/example/portal.toml"])
def test_the_portal_takes_the_settings(
    path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("SECRET", "s" * 32), ("DATABASE_URL", "sqlite:///portal.db")):
        file = tmp_path / name.lower()
        file.write_text(value)
        monkeypatch.setenv(f"PORTAL_{name}_FILE", str(file))
    monkeypatch.setenv("PORTAL_CONFIG", str(DEPLOY / path))
    assert Settings().base_url.startswith("https://")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate under each of the names that the proxies look for."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "portal.example")])
    began = datetime.now(UTC) - timedelta(days=1)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=2))
        .sign(key, SHA256())
    )
    certificate = signed.public_bytes(Encoding.PEM)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for stem in ("portal", "inbound"):
        (folder / f"{stem}.crt").write_bytes(certificate)
        (folder / f"{stem}.key").write_bytes(private)
    (folder / "callers-ca.crt").write_bytes(certificate)
    (folder / "portal.pem").write_bytes(certificate + private)
    return folder


def test_nginx_takes_its_files(keys: Path, tmp_path: Path) -> None:
    nginx = which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
    if nginx is None:
        pytest.skip("nginx is absent: its files are not tried")
    (tmp_path / "mime.types").write_text("types { text/html html; }")
    places = {
        "/etc/nginx/tls": str(keys),
        "/etc/nginx/portal": str(tmp_path),
        "/etc/nginx": str(tmp_path),
        "/tmp": str(tmp_path),
        "    include /etc/nginx/portal/portal.conf;": "include portal.conf; include inbound.conf;",
    }
    pattern = re.compile(
        "|".join(re.escape(each) for each in sorted(places, key=len, reverse=True))
    )
    files = [*(DEPLOY / "nginx").glob("*.conf"), DEPLOY / "compose" / "nginx.conf"]
    for file in files:
        text = pattern.sub(lambda found: places[found[0]], file.read_text(encoding="utf-8"))
        (tmp_path / file.name).write_text(text)
    command = [nginx, "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("servers", ["servers-local.cfg", "servers-kubernetes.cfg"])
def test_haproxy_takes_its_files(servers: str, keys: Path) -> None:
    haproxy = which("haproxy", path=os.environ["PATH"] + ":/usr/sbin")
    if haproxy is None:
        pytest.skip("haproxy is absent: its files are not tried")
    folder = DEPLOY / "haproxy"
    said = {
        "PORTAL_HTTP_PORT": "8080",
        "PORTAL_HTTPS_PORT": "8443",
        "PORTAL_PEM": str(keys / "portal.pem"),
        "PORTAL_PODS": "portal-pods.portal.svc.cluster.local:8000",
    }
    done = subprocess.run(
        [haproxy, "-c", "-f", str(folder / "haproxy.cfg"), "-f", str(folder / servers)],
        env=os.environ | said,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "[WARNING]" not in done.stdout + done.stderr


def test_systemd_takes_the_units(tmp_path: Path) -> None:
    analyze = which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is absent: the units are not tried")
    for unit in (DEPLOY / "systemd").iterdir():
        # What they start is not installed here.
        text = re.sub(
            r"^ExecStart=.*$", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE
        )
        (tmp_path / unit.name).write_text(text)
    units = ["portal@8001.service", "portal-audit-verify.service", "portal-audit-verify.timer"]
    done = subprocess.run(
        [analyze, "verify", *(str(tmp_path / unit) for unit in units)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path) not in done.stderr
