# shellcheck shell=bash disable=SC2154 # $kept is that of progress.sh; programs are those of programs.py.
# The node image, as `kind build node-image` would make it from registries: Debian, what kind puts into its base image,
# Kubernetes' programs, and the images that a cluster is started with, imported but not unpacked.

# Turn the Debian in folder $1 into a node.
furnish_node() {
    local root=$1 pause program
    # Modes are set below: those in the module cache are read-only.
    cp -r --no-preserve=mode,ownership "$kind_files"/. "$root/"
    chmod 755 "$root"/usr/local/bin/* "$root/kind" "$root/kind/bin" "$root"/kind/bin/*
    for program in kubelet kubeadm kubectl; do
        install -m 755 "${!program}" "$root/usr/bin/$program"
    done
    install -m 755 scripts/airgapped/node/crictl "$root/usr/local/bin/crictl"
    install -m 755 scripts/airgapped/node/start-systemd "$root/kind/bin/start-systemd"
    install -d "$root"/kind/manifests "$root"/etc/{kubernetes/manifests,cni/net.d} "$root/opt/cni"
    install -m 644 scripts/airgapped/node/default-{cni,storage}.yaml "$root/kind/manifests/"
    basename "$kubelet" | sed 's/^kubelet-//' | tr -d '\n' >"$root/kind/version"

    # Debian's containerd and CNI plugins, at the places where kind's files look for them.
    ln -sf /usr/bin/containerd "$root/usr/local/bin/containerd"
    ln -sfn /usr/lib/cni "$root/opt/cni/bin"

    # A machine's services are not a node's: only those stay that are enabled below.
    rm -f "$root"/{lib,etc}/systemd/system/multi-user.target.wants/* "$root"/etc/systemd/system/*.wants/* \
        "$root"/lib/systemd/system/{local-fs,basic}.target.wants/* \
        "$root"/lib/systemd/system/sockets.target.wants/*{udev,initctl}* \
        "$root"/lib/systemd/system/sysinit.target.wants/systemd-tmpfiles-setup.service
    echo ReadKMsg=no >>"$root/etc/systemd/journald.conf"
    chroot "$root" systemctl --quiet enable kubelet.service containerd.service undo-mount-hacks.service
    chroot "$root" systemctl --quiet mask systemd-binfmt.service # It would register for the whole machine.

    # Containers of pods start from this: without limits of resources, which may exceed what this machine allows.
    # shellcheck disable=SC2016
    chroot "$root" sh -c 'ctr oci spec | jq "del(.process.rlimits)
        | .hooks.createContainer += [{path: \"/kind/bin/mount-product-files.sh\"}]" >/etc/containerd/cri-base.json'

    # The pause that kubeadm asks for, and no OOM score below containerd's own, which needs CAP_SYS_RESOURCE.
    pause=$("$kubeadm" config images list --kubernetes-version "$(cat "$root/kind/version")" | grep /pause:)
    sed -i -e "s#^\( *sandbox_image = \).*#\1\"$pause\"#" -e 's#^\( *restrict_oom_score_adj = \).*#\1true#' \
        "$root/etc/containerd/config.toml"
    grep -q "sandbox_image = \"$pause\"" "$root/etc/containerd/config.toml"
    grep -q 'restrict_oom_score_adj = true' "$root/etc/containerd/config.toml"
}

# Make the image $1 from the Debian in archive $2; the other words are programs, as NAME=PATH.
# Its body is a shell of its own, so that the trap at its exit is too.
make_node_image() (
    local image=$1 debian=$2 work root base container
    shift 2
    work=$(mktemp -d "$kept/.node-XXXXXX")
    root=$work/root base=$image-base container=kserve-conformance-node-$$
    # shellcheck disable=SC2064 # The values are those of now.
    trap "docker rm --force --volumes $container >/dev/null 2>&1; docker rmi $base >/dev/null 2>&1
        rm -rf --one-file-system '$work'" EXIT

    mkdir "$root"
    tar -C "$root" --numeric-owner -xpf "$debian"
    furnish_node "$root"
    say "  the node's file system is made"
    .venv/bin/python scripts/airgapped/kubernetes_images.py "$root" "$work/images.tar" "$@"
    say "  Kubernetes' images are made"
    tar -C "$root" --numeric-owner -c . | docker import --change 'ENV container=docker' - "$base" >/dev/null

    # systemd ends on a signal of its own; `import` and `commit` cannot set it, but `commit` keeps that of the container.
    docker run --detach --name "$container" --privileged --stop-signal SIGRTMIN+3 --entrypoint /bin/sleep \
        "$base" infinity >/dev/null
    docker exec "$container" bash -c 'containerd >/tmp/log 2>&1 & echo $! >/tmp/pid
        for turn in {1..60}; do ctr version >/dev/null 2>&1 && exit; sleep 0.5; done; cat /tmp/log >&2; exit 1'
    docker exec --interactive "$container" ctr --namespace k8s.io images import --all-platforms --no-unpack --digests - \
        <"$work/images.tar" >/dev/null
    docker exec "$container" bash -c 'pid=$(cat /tmp/pid); kill "$pid"
        while [ -e "/proc/$pid" ] && ! grep -q "^State:.Z" "/proc/$pid/status"; do sleep 0.1; done
        rm -rf /tmp/* /run/containerd'
    docker commit --change 'ENTRYPOINT ["/usr/local/bin/entrypoint", "/kind/bin/start-systemd"]' \
        "$container" "$image" >/dev/null
)
