#!/bin/bash
# The sandbox of every thread of two running nodes, seen from outside: system call filter and given-up privileges as the
# kernel shows them, and Landlock by what each thread gets when it tries to open a file outside of its home. The supervisor,
# which has neither, shows that the probe can tell the difference. Afterwards the nodes still work.
#
#     threads.sh BESA SAMPLE_REQUEST THREAD_PROBE      exit code 77: not run
set -u
besa=$(realpath "$1") sample=$(realpath "$2") probe=$(realpath "$3")
here=$(dirname "$(realpath "$0")")
homes=$(mktemp -d "${TMPDIR:-/tmp}/besa-threads-XXXXXX")
# shellcheck source=tests/real/two_homes.sh
. "$here/two_homes.sh"
# shellcheck source=tests/real/live_nodes.sh
. "$here/live_nodes.sh"
trap end_all EXIT
read -r ro_port al_port ro_desk < <(free_ports 3)
# shellcheck disable=SC2034  # read by two_homes.sh
ro_line=$ro_port al_line=$al_port
outside=/etc/passwd

two_homes || exit 1
heads
echo "desk_listen = 127.0.0.1:$ro_desk" >> "$homes/ro/besa.conf"
begin ro
begin al
until_said '"state":"reachable"' as_ro --json status
write_request RO-THREADS-1 ro
level

probe_process() { # PID HOME
    "$probe" "$1" "$outside" "$2/besa.conf" > "$homes/said" 2>&1
    local code=$?
    if [ $code = 77 ]; then tail -n 1 "$homes/said"; exit 77; fi
    [ $code = 0 ] || fail "process $1 can be probed"
}
children() { tr ' ' '\n' < "/proc/$1/task/$1/children" | grep .; }

threads=0
for side in ro al; do
    probe_process "${node[$side]}" "$homes/$side"
    grep -q "Seccomp:0 .*$outside:open $homes/$side/besa.conf:open" "$homes/said" || fail "the supervisor of $side reads $outside"
    [ "$(children "${node[$side]}" | wc -l)" = 2 ] || fail "$side is a supervisor with keeper and node"
    node_pid=0
    for pid in $(children "${node[$side]}"); do
        grep -H '^Seccomp:\|^NoNewPrivs:' "/proc/$pid/task/"*/status > "$homes/said"
        grep -qv '\(Seccomp:.2\|NoNewPrivs:.1\)$' "$homes/said" && fail "every thread of $pid has the filter and no new privileges"
        # The keeper has one thread and ends at any openat; the node has many.
        [ "$(find "/proc/$pid/task" -mindepth 1 -maxdepth 1 | wc -l)" -gt 1 ] && node_pid=$pid
    done
    [ $node_pid != 0 ] || fail "$side has a process with threads"
    says '"sandbox_level":{"landlock":' "as_$side" --json status
    if grep -q '"sandbox_level":{"landlock":0' "$homes/said"; then
        echo "NOT RUN: this kernel has no Landlock"
        exit 77
    fi
    probe_process "$node_pid" "$homes/$side"
    cp "$homes/said" "$homes/threads.$side"
    if grep -v "Seccomp:2 NoNewPrivs:1 $outside:Permission denied $homes/$side/besa.conf:open$" "$homes/threads.$side"; then
        fail "every thread of the node of $side is inside its sandbox"
    fi
    threads=$((threads + $(wc -l < "$homes/threads.$side")))
done
[ $threads -ge 12 ] || fail "$threads threads are all of two nodes"
# The threads that were stopped went on where they were.
write_request RO-THREADS-2 ro
level
until_said RO-THREADS-2 as_al --json inbox
end ro
end al
echo "each of $threads threads of two nodes is inside its sandbox, and goes on"
