# shellcheck shell=bash disable=SC2154 # $kept is that of progress.sh.
# The Debian of a node: what does not change with Kubernetes or kind. It takes longest, so it is kept on its own.

# What kind's base image installs, without network file systems, and with what kind builds from source but Debian has too.
node_packages=(
    systemd systemd-sysv dbus
    conntrack iptables nftables iproute2 ethtool socat ebtables
    util-linux mount kmod libseccomp2 pigz procps
    bash ca-certificates curl jq
    containerd runc containernetworking-plugins
)

# Write the file system of $NODE_DEBIAN into the tar archive $1.
make_debian() {
    local archive=$1 work packages mirror
    mirror=$(debian_mirror)
    work=$(mktemp -d "$kept/.debian-XXXXXX")
    packages=$(IFS=, && echo "${node_packages[*]}")
    if ! debootstrap --variant=minbase --include="$packages" "$NODE_DEBIAN" "$work/root" "$mirror" >"$work/log" 2>&1; then
        tail -n 20 "$work/log" "$work/root/debootstrap/debootstrap.log" >&2 || true
        rm -rf --one-file-system "$work"
        return 1
    fi
    # The node installs nothing; and which mirror it was made from is nobody's business.
    : >"$work/root/etc/apt/sources.list"
    rm -rf "$work"/root/var/{lib/apt/lists,cache/apt,cache/debconf,log}/* "$work"/root/usr/share/{doc,man,locale}/*
    : >"$work/root/etc/resolv.conf"
    : >"$work/root/etc/machine-id"
    tar -C "$work/root" --numeric-owner --one-file-system -cf "$work/tar" .
    mv "$work/tar" "$archive"
    rm -rf --one-file-system "$work"
}
