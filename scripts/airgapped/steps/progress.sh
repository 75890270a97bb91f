# shellcheck shell=bash disable=SC2034 # Variables are read by the files that source this one.
# Where results are kept, and how steps are told. Sourced from the project's root.

case ${XDG_CACHE_HOME:-} in
    /*) kept=$XDG_CACHE_HOME/kserve-conformance/airgapped ;;
    *) kept=$HOME/.cache/kserve-conformance/airgapped ;; # XDG's specification says to ignore a relative path.
esac
# What runs or was changed because of us, for `scripts/airgapped/down`.
started=$kept/started

say() { printf '%s\n' "» $*" >&2; }

# step TEXT COMMAND...: run it, and say how long it took.
step() {
    local text=$1 began=$SECONDS
    shift
    say "$text"
    "$@"
    say "$text: done in $((SECONDS - began)) s"
}

# Let nobody else prepare or undo at the same time; the lock is gone when this process is.
lock() {
    mkdir -p "$kept" && chmod 700 "$kept"
    exec 9>"$kept/.lock"
    if ! flock --nonblock 9; then
        say "waiting for another run of scripts/airgapped/prepare or scripts/airgapped/down"
        flock 9
    fi
}
