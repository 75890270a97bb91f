# shellcheck shell=bash disable=SC2154 # $kept and $started are those of progress.sh.
# Docker's daemon, started where none answers, and the settings of the kernel that nodes change for the whole machine.

# Settings that a kubelet sets as it likes them though it runs in a container, and the one that several nodes need more of.
kernel_settings=(kernel.panic kernel.panic_on_oops vm.overcommit_memory fs.inotify.max_user_instances)

docker_answers() { docker info >/dev/null 2>&1; }

# Tell a process from all others, also from a later one of the same number, on this boot or another.
identity() {
    local boot
    boot=$(cat /proc/sys/kernel/random/boot_id)
    # Its start is the 22nd field; the second, its name in brackets, may have spaces.
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk -v pid="$1" -v boot="$boot" '{ print pid, $20, boot }'
}

# The daemon that we started, if it still runs.
our_docker() {
    local pid rest
    [ -e "$started/dockerd" ] || return 1
    read -r pid rest <"$started/dockerd"
    [ "$(identity "$pid")" = "$pid $rest" ] || return 1
    echo "$pid"
}

# Whether root may here what CAP_SYS_RESOURCE allows; it is the capability of number 24.
may_exceed_limits() {
    local mask
    mask=$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)
    ((16#$mask >> 24 & 1))
}

run_docker() {
    local log=$kept/dockerd.log words=(dockerd) pid turn
    if docker_answers; then
        say "a Docker daemon answers already: it is used as it is"
        return
    fi
    mkdir -p "$started"
    if ! may_exceed_limits; then
        say "this machine lacks CAP_SYS_RESOURCE: containers are started without what needs it"
        local oci_runtime found
        found=$(.venv/bin/python scripts/airgapped/programs.py oci-runtime)
        eval "$found"
        words+=(--oom-score-adjust 0 --add-runtime "limited=$oci_runtime" --default-runtime limited)
    fi
    # A session of its own, so that it outlives us and no signal of a terminal reaches it. It must not inherit our lock.
    setsid nohup "${words[@]}" >"$log" 2>&1 </dev/null 9>&- &
    pid=$!
    identity "$pid" >"$started/dockerd"
    for ((turn = 0; turn < 120; turn++)); do
        if docker_answers; then
            # setsid and nohup have become dockerd by now; the start of a process stays what it was.
            say "started dockerd as process $pid, with its log in $log"
            return
        fi
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.5
    done
    say "dockerd did not come up; the end of $log:"
    tail -n 20 "$log" >&2
    return 1
}

stop_docker() {
    local pid turn
    if pid=$(our_docker); then
        kill "$pid"
        for ((turn = 0; turn < 60; turn++)); do
            [ -n "$(identity "$pid")" ] || break
            sleep 0.5
        done
        if [ -n "$(identity "$pid")" ]; then
            say "dockerd (process $pid) did not end within 30 s"
            return 1
        fi
        say "ended dockerd"
    fi
    rm -f "$started/dockerd"
}

remember_kernel_settings() {
    mkdir -p "$started"
    if [ ! -e "$started/kernel-settings" ]; then
        sysctl "${kernel_settings[@]}" >"$started/kernel-settings.new"
        mv "$started/kernel-settings.new" "$started/kernel-settings"
    fi
    # Each systemd, kubelet and containerd watches files; with the usual 128 the second node does not come up.
    if [ "$(sysctl -n fs.inotify.max_user_instances)" -lt 1024 ]; then
        sysctl -q -w fs.inotify.max_user_instances=1024 ||
            say "fs.inotify.max_user_instances cannot be raised here: clusters of several nodes may not come up"
    fi
}

restore_kernel_settings() {
    if [ -e "$started/kernel-settings" ]; then
        sysctl -q -p "$started/kernel-settings"
        rm "$started/kernel-settings"
        say "put the kernel's settings back"
    fi
}
