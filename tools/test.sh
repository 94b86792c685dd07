#!/usr/bin/env bash
# Builds and tests Besa as a whole, stage by stage, and ends with one summary; a failing stage does not hide the others.
# The last line is `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed.
#
# usage: tools/test.sh [--long]
#   FUZZ_SECONDS  seconds for each fuzz target (2; --long 120)
#   SIM_SEEDS     seeds of the simulator (10000; --long 20000), as many of them as begin within
#   SIM_SECONDS   seconds (60; --long all of them)
#   JOBS          programs at once (the number of processors)
set -u
cd "$(dirname "$0")/.." || exit 2

long=0
[ "${1:-}" = --long ] && long=1
jobs=${JOBS:-$(nproc)}
fuzz_seconds=${FUZZ_SECONDS:-$((long ? 120 : 2))}
sim_seeds=${SIM_SEEDS:-$((long ? 20000 : 10000))}
sim_seconds=${SIM_SECONDS:-$((long ? 0 : 60))}
crash_stride=$((long ? 1 : 4)) # power lost at every so manieth I/O call of short histories
budget_s=720
reports=build/reports
rm -rf "$reports"
mkdir -p "$reports"
export LC_ALL=C.UTF-8 CLICOLOR=0

# The sanitizers of Debian 12 need a predictable address space on newer kernels.
steady=()
setarch "$(uname -m)" -R true 2> /dev/null && steady=(setarch "$(uname -m)" -R)

# ---- what stages report ----

passed=0 failed=0 skipped=0        # of the whole run
stage=''                           # the stage that runs
table=$reports/table.txt           # one row a stage
notes=$reports/notes.txt           # one line for each failure and each thing not run
: > "$table"
: > "$notes"

add() { # passed failed skipped
    passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
}
fail() {
    add 0 1 0
    echo "FAILED: $stage: $*" | tee -a "$notes"
}
not_run() {
    add 0 0 1
    echo "NOT RUN: $stage: $*" | tee -a "$notes"
}

run_stage() { # name, function
    local start=$SECONDS before=("$passed" "$failed" "$skipped")
    stage=$1
    echo "=== $stage"
    "$2"
    printf '%-10s %6d s %8d %8d %8d\n' "$stage" $((SECONDS - start)) \
        $((passed - before[0])) $((failed - before[1])) $((skipped - before[2])) >> "$table"
}

finish() {
    echo
    cat "$notes"
    echo
    printf '%-10s %8s %8s %8s %8s\n' stage time passed failed skipped
    cat "$table"
    echo "$SECONDS s in all"
    [ "$long" -eq 1 ] || [ "$SECONDS" -le "$budget_s" ] || echo "That is more than the $budget_s s that this run should take."
    echo "$passed passed, $failed failed, $skipped skipped"
    [ "$failed" -eq 0 ]
    exit
}

# ---- steps ----

has_target() { # preset, target
    ninja -C "build/$1" -t targets all 2> /dev/null | grep -q "^$2: "
}

build() { # preset, targets...
    local preset=$1 log=$reports/build-$stage.log
    shift
    if ! cmake --preset "$preset" > "$log" 2>&1; then
        cat "$log"
        fail "cmake --preset $preset"
        return 1
    fi
    # -k 0: what does not compile must not hide the tests of the rest.
    if ! ninja -C "build/$preset" -j "$jobs" -k 0 --quiet "$@" >> "$log" 2>&1; then
        grep -vE '^(-- |ninja: Entering)' "$log" | head -n 60
        fail "the build of $preset (the whole of it: $log)"
        return 1
    fi
}

run_ctest() { # preset, ctest options...
    local preset=$1 report=$PWD/$reports/$stage.xml
    shift
    "${steady[@]}" ctest --test-dir "build/$preset" -j "$jobs" --output-on-failure --test-output-size-passed 4194304 \
        --test-output-size-failed 4194304 --output-junit "$report" "$@" 2>&1 |
        grep -vE '^ +Start +[0-9]+:|   Passed  |^(Could not find executable|Looked in the following)|/build/[a-z]+/([A-Z][A-Za-z]+/)?[a-z0-9_]+$'
    count_report "$report"
}

count_report() { # report.xml
    local counts=()
    if ! tools/count_tests "$1" "$stage" > "$1.txt"; then
        fail "ctest left no readable report"
        return
    fi
    read -ra counts < "$1.txt"
    add "${counts[@]}"
    tail -n +2 "$1.txt" | grep . >> "$notes"
    [ "${counts[0]}" -gt 0 ] || [ "${counts[1]}" -gt 0 ] || fail "no test ran"
}

# ---- stages ----

stage_install() {
    tools/install-deps "$([ "$long" -eq 1 ] && echo long || echo test)" || fail "packages are missing"
    tools/install-npm || not_run "the console is neither rebuilt nor tried in a browser: its npm packages could not be had"
}

stage_test() {
    build test
    run_ctest test -LE '^(real|slow|bench)$'
}

# Scripts with real nodes wait more than they work: twice as many at once, and what later stages build is built meanwhile, behind
# them. What does not build is said by its own stage.
stage_real() {
    local only='^real$'
    [ "$long" -eq 1 ] && only='^(real|slow)$'
    build_ahead > "$reports/build-ahead.log" 2>&1 &
    local ahead=$!
    run_ctest test -L "$only" -j $((2 * jobs))
    wait "$ahead"
}

build_ahead() {
    local preset targets
    for preset in asan fuzz release; do
        targets=()
        cmake --preset "$preset" || continue
        [ "$preset" = release ] && targets=(besa-sim)
        [ "$preset" = fuzz ] && mapfile -t targets < <(fuzz_targets)
        nice ninja -C "build/$preset" -j "$jobs" -k 0 --quiet "${targets[@]}"
    done
}

stage_asan() {
    build asan
    run_ctest asan -L '^(unit|store|web)$'
}

stage_clang() {
    build clang
    run_ctest clang -L '^(unit|store|web)$'
}

stage_tsan() {
    build tsan
    run_ctest tsan -L '^(unit|store|web)$'
}

fuzz_targets() {
    ninja -C build/fuzz -t targets all | sed -nE 's/^([a-z0-9_]+_fuzz): C_EXECUTABLE.*/\1/p' | sort
}

# One fuzz target for $2 seconds over its kept corpus; what it finds stays in build/fuzz/findings.
fuzz_one() { # target, seconds, directory of reports
    local name=${1%_fuzz} log=$3/fuzz-${1%_fuzz}.log
    mkdir -p "build/fuzz/corpus/$name" build/fuzz/findings
    "build/fuzz/$1" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
        -artifact_prefix="build/fuzz/findings/$name-" "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" > "$log" 2>&1
    echo $? > "$3/fuzz-$name.rc"
}
export -f fuzz_one

stage_fuzz() {
    local targets=() target name runs
    if ! cmake --preset fuzz > "$reports/configure-fuzz.log" 2>&1; then
        tail -n 20 "$reports/configure-fuzz.log"
        fail "cmake --preset fuzz"
        return
    fi
    mapfile -t targets < <(fuzz_targets)
    if [ "${#targets[@]}" -eq 0 ]; then
        not_run "there is no fuzz target"
        return
    fi
    build fuzz "${targets[@]}"
    printf '%s\n' "${targets[@]}" |
        xargs -P "$jobs" -I '{}' "${steady[@]}" bash -c 'fuzz_one "$@"' - '{}' "$fuzz_seconds" "$reports"
    for target in "${targets[@]}"; do
        name=${target%_fuzz}
        if [ "$(cat "$reports/fuzz-$name.rc" 2> /dev/null)" = 0 ]; then
            runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$reports/fuzz-$name.log")
            echo "$target: $runs runs"
            add 1 0 0
        else
            tail -n 30 "$reports/fuzz-$name.log"
            fail "$target"
        fi
    done
}

stage_sim() {
    if ! cmake --preset release > "$reports/configure-sim.log" 2>&1; then
        tail -n 20 "$reports/configure-sim.log"
        fail "cmake --preset release"
        return
    fi
    if ! has_target release besa-sim; then
        not_run "besa-sim is not part of this tree"
        return
    fi
    build release besa-sim || return
    build/release/besa-sim --seeds "$sim_seeds" --seconds "$sim_seconds" --jobs "$jobs" | tee "$reports/sim.txt"
    if [ "${PIPESTATUS[0]}" = 0 ]; then
        add 1 0 0
    else
        fail "besa-sim --seeds $sim_seeds"
    fi
    # A slow machine plays too few to say.
    if grep -q '^whether every case came was NOT RUN' "$reports/sim.txt"; then
        not_run "$(grep '^whether every case came was NOT RUN' "$reports/sim.txt")"
    fi
    if build/release/besa-sim --every-crash "$crash_stride" --jobs "$jobs"; then
        add 1 0 0
    else
        fail "besa-sim --every-crash $crash_stride"
    fi
}

stage_tidy() {
    cmake --preset clang > "$reports/configure-tidy.log" 2>&1
    tools/check_tidy build/clang
    case $? in
    0) add 1 0 0 ;;
    77) not_run "clang-tidy is not installed" ;;
    *) fail "clang-tidy" ;;
    esac
}

# ---- the run ----

run_stage install stage_install
[ "$failed" -eq 0 ] || finish
run_stage test stage_test
run_stage real stage_real
run_stage asan stage_asan
run_stage fuzz stage_fuzz
run_stage sim stage_sim
if [ "$long" -eq 1 ]; then
    run_stage clang stage_clang
    run_stage tsan stage_tsan
    run_stage tidy stage_tidy
fi
finish
