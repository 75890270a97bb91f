# shellcheck shell=bash
# The Debian packages that this machine needs, and their mirror.

installed() { [ "$(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
    local wanted=() missing=() package
    wanted+=(debootstrap ca-certificates iptables procps)
    # Debian's Docker would replace or break one from another source.
    command -v dockerd >/dev/null || wanted+=(docker.io)
    for package in "${wanted[@]}"; do
        installed "$package" || missing+=("$package")
    done
    if [ ${#missing[@]} -gt 0 ]; then
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq
        # Since Debian 13, Docker's client is a separate package.
        if ! command -v docker >/dev/null && apt-cache show docker-cli >/dev/null 2>&1; then
            missing+=(docker-cli)
        fi
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    fi
}

# The mirror of Debian that this machine's apt uses, or DEBIAN_MIRROR.
debian_mirror() {
    if [ -n "${DEBIAN_MIRROR:-}" ]; then
        echo "$DEBIAN_MIRROR"
        return
    fi
    # apt's own placeholders.
    # shellcheck disable=SC2016
    apt-get indextargets --format '$(ORIGIN) $(REPO_URI)' 'Identifier: Packages' |
        awk '$1 == "Debian" && $2 !~ /security/ { print $2; found = 1; exit } END { exit !found }' || {
        say "no Debian mirror in apt's sources; set DEBIAN_MIRROR=URL"
        return 1
    }
}
