# shellcheck shell=bash disable=SC2034 # Variables are read by the files that source this one.
# Where results are kept, and how progress is reported. Sourced from the project's root.

case ${XDG_CACHE_HOME:-} in
    /*) kept=$XDG_CACHE_HOME/kserve-conformance/airgapped ;;
    *) kept=$HOME/.cache/kserve-conformance/airgapped ;; # The XDG specification says to ignore a relative path.
esac
# What was started or changed, for `down`.
started=$kept/started

say() { printf '%s\n' "» $*" >&2; }

# step TEXT COMMAND...: run it, and report how long it took.
step() {
    local text=$1 began=$SECONDS
    shift
    say "$text"
    "$@"
    say "$text: done in $((SECONDS - began)) s"
}

# Only one prepare or down at a time; the lock ends with this process.
lock() {
    mkdir -p "$kept" && chmod 700 "$kept"
    exec 9>"$kept/.lock"
    if ! flock --nonblock 9; then
        say "waiting for another prepare or down"
        flock 9
    fi
}
