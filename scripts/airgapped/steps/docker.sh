# shellcheck shell=bash disable=SC2154 # $kept and $started are those of progress.sh.
# Docker's daemon, started unless one is running, and the kernel settings that nodes change for the whole machine.

# Settings that a kubelet changes although it runs in a container, and the limit that several nodes exceed.
kernel_settings=(kernel.panic kernel.panic_on_oops vm.overcommit_memory fs.inotify.max_user_instances)

docker_answers() { docker info >/dev/null 2>&1; }

# Identify a process, also against a later one with the same number, in this boot or another.
identity() {
    local boot
    boot=$(cat /proc/sys/kernel/random/boot_id)
    # Its start is the 22nd field; the second, its name in brackets, may have spaces.
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk -v pid="$1" -v boot="$boot" '{ print pid, $20, boot }'
}

# The daemon that we started, if it is still running.
our_docker() {
    local pid rest
    [ -e "$started/dockerd" ] || return 1
    read -r pid rest <"$started/dockerd"
    [ "$(identity "$pid")" = "$pid $rest" ] || return 1
    echo "$pid"
}

# Whether root has CAP_SYS_RESOURCE, which is capability number 24.
may_exceed_limits() {
    local mask
    mask=$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)
    ((16#$mask >> 24 & 1))
}

run_docker() {
    local log=$kept/dockerd.log words=(dockerd) pid turn
    if docker_answers; then
        say "using the running Docker daemon"
        return
    fi
    mkdir -p "$started"
    if ! may_exceed_limits; then
        say "no CAP_SYS_RESOURCE on this machine: removing what needs it from containers"
        local oci_runtime found
        found=$(.venv/bin/python scripts/airgapped/programs.py oci-runtime)
        eval "$found"
        words+=(--oom-score-adjust 0 --add-runtime "limited=$oci_runtime" --default-runtime limited)
    fi
    # In its own session, so that it outlives us and no signal of a terminal reaches it. It must not inherit our lock.
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
    say "dockerd did not start; the end of $log:"
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
            say "dockerd (process $pid) did not stop within 30 s"
            return 1
        fi
        say "stopped dockerd"
    fi
    rm -f "$started/dockerd"
}

remember_kernel_settings() {
    mkdir -p "$started"
    if [ ! -e "$started/kernel-settings" ]; then
        sysctl "${kernel_settings[@]}" >"$started/kernel-settings.new"
        mv "$started/kernel-settings.new" "$started/kernel-settings"
    fi
    # Each systemd, kubelet and containerd watches files; with the default of 128 a second node does not start.
    if [ "$(sysctl -n fs.inotify.max_user_instances)" -lt 1024 ]; then
        sysctl -q -w fs.inotify.max_user_instances=1024 ||
            say "fs.inotify.max_user_instances cannot be raised here: clusters with several nodes may not start"
    fi
}

restore_kernel_settings() {
    if [ -e "$started/kernel-settings" ]; then
        sysctl -q -p "$started/kernel-settings"
        rm "$started/kernel-settings"
        say "restored kernel settings"
    fi
}
